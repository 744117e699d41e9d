package server

import (
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// TestInitializeReturnsVersion: of the protocol and of the program.
func TestInitializeReturnsVersion(t *testing.T) {
	s := newTestServer(t, nil)
	result, err := s.Initialize(t.Context(), &protocol.InitializeParams{ProtocolVersion: protocol.Version})
	if err != nil {
		t.Fatal(err)
	}
	if result.ProtocolVersion != protocol.Version || result.ServerInfo.Name != "sunpyter" || result.ServerInfo.Version != "test" {
		t.Errorf("answered %+v", result)
	}
}
