package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"
)

// entry is one file of an archive, below the archive's folder.
type entry struct {
	name string
	data []byte
	mode fs.FileMode
}

// writeArchive writes the terminal program of a package, with the files that belong to it.
func writeArchive(path string, p platform, pack *vsix, readme []byte) error {
	folder := "sunpyter-" + p.name + "/"
	entries := []entry{
		{folder + "LICENSE", pack.files["extension/LICENSE.txt"].data, 0o644},
		{folder + "README.md", readme, 0o644},
		{folder + "THIRD-PARTY.txt", pack.files["extension/bin/THIRD-PARTY.txt"].data, 0o644},
		{folder + "sbom.spdx.json", pack.files["extension/bin/sbom.spdx.json"].data, 0o644},
		{folder + p.program, pack.files["extension/bin/"+p.program].data, 0o755},
	}
	write := writeTar
	if strings.HasSuffix(path, ".zip") {
		write = writeZip
	}
	var out bytes.Buffer
	if err := write(&out, entries, pack.made); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

func writeTar(out *bytes.Buffer, entries []entry, made time.Time) error {
	packed, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(packed)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Size: int64(len(e.data)), Mode: int64(e.mode), ModTime: made}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(e.data); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), packed.Close())
}

func writeZip(out *bytes.Buffer, entries []entry, made time.Time) error {
	archive := zip.NewWriter(out)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: made}
		header.SetMode(e.mode)
		file, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(e.data); err != nil {
			return err
		}
	}
	return archive.Close()
}
