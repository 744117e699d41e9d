package server

import (
	"github.com/sa2c/sunpyter/environments"
	"github.com/sa2c/sunpyter/fault"
)

// pickImage returns the path of the container image that a request names, or why it cannot be used, as
// far as its files show. A name is that of a file that the search found; otherwise found has the image alone.
func pickImage(found environments.Result, name string) (string, error) {
	answer := "there is no image file with that path, and no folder with the root of an image"
	for _, e := range found.Environments {
		if e.Kind != environments.Container || len(found.Environments) > 1 && e.Path != name {
			continue
		}
		if answer = e.Problem(); answer == "" {
			return e.Path, nil
		}
	}
	return "", &fault.Error{Code: fault.ContainerImage, Tried: "opening the container image " + name + " on the login node", Answer: answer,
		Advice: "Correct the path, or choose another image."}
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
