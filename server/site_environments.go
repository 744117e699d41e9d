package server

import (
	"cmp"
	"slices"

	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
)

// withOffers puts the environments and modules that a site offers before those that were found.
// The site says that kernels can run in them.
func withOffers(file site.File, found []protocol.EnvironmentInfo) []protocol.EnvironmentInfo {
	var offers []protocol.EnvironmentInfo
	for _, e := range file.Environments {
		offers = append(offers, protocol.EnvironmentInfo{
			Kind: protocol.EnvironmentSite, Name: e.Title, Path: cmp.Or(e.Container, e.Venv, e.Conda),
			Request: &protocol.Environment{Modules: e.Modules, Container: e.Container, Conda: e.Conda, Venv: e.Venv},
		})
	}
	for _, name := range file.Modules {
		isIt := func(e protocol.EnvironmentInfo) bool { return e.Kind == protocol.EnvironmentModule && e.Name == name }
		offer := protocol.EnvironmentInfo{Kind: protocol.EnvironmentModule, Name: name, Request: &protocol.Environment{Modules: []string{name}}}
		if i := slices.IndexFunc(found, isIt); i >= 0 {
			offer.Path, offer.PythonVersion = found[i].Path, found[i].PythonVersion
		}
		found = slices.DeleteFunc(slices.Clone(found), isIt)
		offers = append(offers, offer)
	}
	for i := range offers {
		offers[i].Kernel, offers[i].Jupyter = protocol.PresenceYes, protocol.PresenceYes
	}
	return append(offers, found...)
}
