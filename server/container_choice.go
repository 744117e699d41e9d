package server

import (
	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session/remote"
)

// chooseImage returns the path of the container image that a request names. One that only the compute nodes may
// have is left to the job, with a notice: the user may have mistyped its path.
func (s *server) chooseImage(found environments.Result, name string) (string, error) {
	image, err := pickImage(found, name)
	if err != nil {
		return "", err
	}
	if image.Elsewhere {
		s.notices.Show(protocol.LogInfo, "The login node does not have the container image "+name+". The kernel starts if the compute node has it.", "")
	}
	return image.Path, nil
}

// pickImage returns the container image that a request names, or why it cannot be used, as far as its
// files show. A name is that of a file that the search found; otherwise found has the image alone.
func pickImage(found environments.Result, name string) (environments.Environment, error) {
	answer := "there is no image file with that path, and no folder with the root of an image"
	advice := "Correct the path, or choose another image."
	for _, e := range found.Environments {
		if e.Kind != environments.Container || len(found.Environments) > 1 && e.Path != name {
			continue
		}
		if answer = e.Problem(); answer == "" {
			return e, nil
		}
		if e.Denied {
			advice = remote.ImageDenied
		}
	}
	return environments.Environment{}, &fault.Error{Code: fault.ContainerImage, Tried: "opening the container image " + name + " on the login node",
		Answer: answer, Advice: advice}
}

// withoutImage leaves an image out.
func withoutImage(found environments.Result, image string) environments.Result {
	var others []environments.Environment
	for _, e := range found.Environments {
		if e.Kind != environments.Container || e.Path != image {
			others = append(others, e)
		}
	}
	found.Environments = others
	return found
}
