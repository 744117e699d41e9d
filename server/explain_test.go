package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/store"
)

// TestSupportIsNamedByEveryMethod: each request about a cluster whose login node cannot be reached
// is answered with whom to ask, and a request about none is not.
func TestSupportIsNamedByEveryMethod(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("needs ssh, which reads the configuration: ", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	config := filepath.Join(t.TempDir(), "config")
	must(t, os.WriteFile(config, fmt.Appendf(nil, "Host closed.example\n  HostName 127.0.0.1\n  Port %d\n", listener.Addr().(*net.TCPAddr).Port), 0o600))
	must(t, listener.Close())

	s := newTestServer(t, map[string]string{"SUNPYTER_STATE": t.TempDir()})
	stored, err := store.Open(t.TempDir())
	must(t, err)
	s.sites.stored = stored
	place := store.Place{Cluster: "lab", Host: "closed.example", SSHConfig: config}
	s.sites.learn(place, fileOf("a", "support = \"help@x\""))
	must(t, stored.Write(store.Record{Version: 1, ID: "k0123456789a", Place: place}))
	s.kernels.store = stored
	call := serve(t, s)
	call(protocol.MethodInitialize, protocol.InitializeParams{ProtocolVersion: protocol.Version, Clusters: []protocol.ClusterProfile{
		{Name: "lab", Host: "closed.example", User: "alice", SSHConfig: config},
	}})

	copied := protocol.ProjectCopy{Folder: t.TempDir()}
	for method, params := range map[string]any{
		protocol.MethodKernelStart:         protocol.KernelStartParams{Cluster: "lab"},
		protocol.MethodKernelList:          protocol.KernelListParams{Cluster: "lab"},
		protocol.MethodKernelLog:           protocol.KernelLogParams{SessionID: "k0123456789a"},
		protocol.MethodClusterResources:    protocol.ClusterResourcesParams{Cluster: "lab"},
		protocol.MethodClusterEstimates:    protocol.ClusterEstimatesParams{Cluster: "lab"},
		protocol.MethodClusterEnvironments: protocol.ClusterEnvironmentsParams{Cluster: "lab"},
		protocol.MethodEnvironmentChange:   protocol.EnvironmentChangeParams{Cluster: "lab", Action: "create"},
		protocol.MethodFileList:            protocol.FileListParams{Cluster: "lab", Path: "/"},
		protocol.MethodFilePlaces:          protocol.FilePlacesParams{Cluster: "lab"},
		protocol.MethodFileRead:            protocol.FileReadParams{Cluster: "lab", Path: "/a"},
		protocol.MethodProjectPush:         protocol.ProjectPushParams{Cluster: "lab", Project: copied},
		protocol.MethodProjectChanges:      protocol.ProjectChangesParams{Cluster: "lab", Project: copied},
		protocol.MethodProjectPull:         protocol.ProjectPullParams{Cluster: "lab", Project: copied, Names: []string{"a"}},
	} {
		if p := call(method, params); p.Code != string(fault.ConnectRefused) || strings.Count(p.Advice, "If that does not help, ask help@x.") != 1 {
			t.Errorf("%s: %+v", method, p)
		}
	}
	if p := call(protocol.MethodFileList, protocol.FileListParams{Cluster: "lab", Path: "/", Limit: -1}); p.Code != string(fault.BadRequest) || strings.Contains(p.Advice, "help@x") {
		t.Errorf("a wrong request: %+v", p)
	}
}

// serve answers the calls of the function that it returns, which returns why one failed.
func serve(t *testing.T, s *server) (call func(method string, params any) protocol.Problem) {
	t.Helper()
	ours, theirs := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		rpc.NewConn(theirs).Serve(t.Context(), s, s.log)
	}()
	t.Cleanup(func() {
		ours.Close()
		<-ended
	})
	in, id := bufio.NewReader(ours), 0
	return func(method string, params any) protocol.Problem {
		id++
		body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
		must(t, err)
		_, err = fmt.Fprintf(ours, "Content-Length: %d\r\n\r\n%s", len(body), body)
		must(t, err)
		for {
			header, err := textproto.NewReader(in).ReadMIMEHeader()
			must(t, err)
			length, err := strconv.Atoi(header.Get("Content-Length"))
			must(t, err)
			body := make([]byte, length)
			_, err = io.ReadFull(in, body)
			must(t, err)
			var answer struct {
				ID    int
				Error struct{ Data protocol.Problem }
			}
			must(t, json.Unmarshal(body, &answer))
			if answer.ID == id {
				return answer.Error.Data
			}
		}
	}
}
