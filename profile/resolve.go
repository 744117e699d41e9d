package profile

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// Resolve returns the profile that a user means by name and, if given, user. The first
// match of these is used:
//
//  1. nothing: the default cluster;
//  2. a profile's name, in any case;
//  3. USER@PROFILE, USER@HOST, or @HOST for a host with the user from ssh's configuration;
//  4. one of hosts, the hosts of the user's ssh configuration, in any case;
//  5. the host name of a profile, in any case: that profile;
//  6. an IP address, or localhost; and with a user given, any other word: a host;
//  7. a word alone: the user's user name on the default cluster. User names have
//     dots as host names do, so a host that is not configured is named by
//     @HOST or USER@HOST. A word that is one typing error away from a profile's
//     name is refused, and so is one with a port or a path: sites count each login
//     with a wrong name.
//
// A user within name takes precedence over user. The profile has the environment's values,
// but SUNPYTER_HOST and SUNPYTER_USER replace neither a host nor a user in name. Errors are [fault.Error] with code [fault.UnknownCluster], or
// [fault.BadConfig] for a profile of the editor's settings that is invalid.
func (s *Set) Resolve(name, user string, hosts []string) (Profile, error) {
	switch {
	case name == "":
		return s.resolveDefault(user, hosts)
	case strings.Contains(name, "://"), strings.HasPrefix(name, "ssh "):
		return Profile{}, addressError(name)
	}
	if at := strings.LastIndex(name, "@"); at >= 0 {
		if at > 0 {
			user = name[:at]
		}
		return s.withUser(s.find(name[at+1:], hosts), user)
	}
	name = s.matchCase(name, hosts)
	_, isAddress := netip.ParseAddr(name)
	switch {
	case s.known(name), slices.Contains(hosts, name), user != "", isAddress == nil, name == "localhost":
		return s.withUser(s.find(name, hosts), user)
	case strings.ContainsAny(name, ":/"):
		return Profile{}, addressError(name)
	}
	if meant := s.similarName(name); meant != "" {
		return Profile{}, similarNameError(name, meant)
	}
	return s.resolveDefault(name, hosts)
}

// resolveDefault returns the default cluster for user. Unlike other names, the default's
// cannot be a user's name, which would mean the default again.
func (s *Set) resolveDefault(user string, hosts []string) (Profile, error) {
	name := s.Default()
	if !s.known(name) && !slices.Contains(hosts, name) && !strings.Contains(name, "@") {
		return Profile{}, &fault.Error{
			Code:   fault.UnknownCluster,
			Tried:  "finding the default cluster " + name,
			Answer: "there is no cluster and no host in the ssh configuration with this name",
			Advice: "Set default in " + s.file + ", or " + ClusterVariable + ", to one of: " + strings.Join(slices.Sorted(maps.Keys(s.profiles)), ", ") + ".",
		}
	}
	if at := strings.LastIndex(name, "@"); at >= 0 {
		if user == "" {
			user = name[:at]
		}
		name = name[at+1:]
	}
	return s.withUser(s.find(name, hosts), user)
}

// known reports whether name is a profile's name or a profile's host.
func (s *Set) known(name string) bool {
	_, ok := s.byHost(name)
	return ok || s.has(name)
}

func (s *Set) has(name string) bool {
	_, ok := s.profiles[name]
	return ok || s.invalid[name] != nil
}

// find returns the profile with this name or host, or else a new one for the host. A host is
// the same in any case, except where the ssh configuration names it.
func (s *Set) find(name string, hosts []string) Profile {
	name = s.matchCase(name, hosts)
	if p, ok := s.profiles[name]; ok {
		return s.withEnvironment(p)
	}
	if p, ok := s.byHost(name); ok {
		host := p.Host
		p = s.withEnvironment(p)
		p.Host = host
		return p
	}
	if !s.has(name) && !slices.Contains(hosts, name) {
		name = strings.ToLower(name)
	}
	p := s.withEnvironment(Profile{})
	p.Cluster, p.Title, p.Host, p.Source = name, name, name, asTyped
	return p
}

// byHost returns the first profile, by name, whose login node is host.
func (s *Set) byHost(host string) (Profile, bool) {
	for _, name := range slices.Sorted(maps.Keys(s.profiles)) {
		if p := s.profiles[name]; strings.EqualFold(p.Host, host) {
			return p, true
		}
	}
	return Profile{}, false
}

// SSHConfig returns the ssh configuration file in which a host as typed is looked up;
// empty: ssh's own.
func (s *Set) SSHConfig() string { return s.withEnvironment(Profile{}).SSHConfig }

func (s *Set) withUser(p Profile, user string) (Profile, error) {
	if err := s.invalid[p.Cluster]; err != nil {
		return Profile{}, err
	}
	if user != "" {
		p.User = user
	}
	err := validHost(p.Host)
	if err == nil && p.User != "" {
		err = validUser(p.User)
	}
	if err != nil {
		return Profile{}, &fault.Error{
			Code:   fault.UnknownCluster,
			Tried:  "finding the cluster",
			Answer: err.Error(),
			Advice: "Name a cluster (" + fault.Command("clusters") + " lists them), USER@HOST, or your user name on the default cluster.",
			Err:    err,
		}
	}
	return p, nil
}
