// Loads a Compose file as Docker Compose does, with its own library, and prints the services: the schema, the types,
// what a service refers to, that the files it mounts are there, and that an image that is fetched is of one version.
//
//	check-compose FILE
package main

import (
	"context"
	"fmt"
	"os"
	"regexp"

	"github.com/compose-spec/compose-go/v2/cli"
)

// A whole version, or the content itself: other tags are moved as a matter of course.
var pinned = regexp.MustCompile(`(:v?\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$`)

func main() {
	if err := check(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func check(ctx context.Context, path string) error {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithName("check"), cli.WithProfiles([]string{"*"}))
	if err != nil {
		return err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return err
	}
	for name, service := range project.Services {
		if service.Build == nil && !pinned.MatchString(service.Image) {
			return fmt.Errorf("service %s: expected an image of one version, got %s", name, service.Image)
		}
		for _, volume := range service.Volumes {
			if volume.Type != "bind" {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil {
				return fmt.Errorf("service %s: %w", name, err)
			}
		}
		fmt.Printf("%s: %s, %s\n", path, name, service.Image)
	}
	return nil
}
