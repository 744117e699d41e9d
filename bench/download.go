package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/sa2c/sunpyter/internal/jupyter"
)

const (
	// downloadBytes is the file's size and downloads how often it is fetched by each.
	downloadBytes, downloads = 200 << 20, 5
	// downloadFile is its name in the home directory.
	downloadFile = "sunpyter-bench.bin"
	// downloadLimit is the least share of OpenSSH's rate.
	downloadLimit = 1.0
)

// measureDownloads fetches a file from Jupyter through the tunnel and through OpenSSH, in turns.
func measureDownloads(ctx context.Context, l *lab, r *report) error {
	size := fmt.Sprint(downloadBytes)
	if _, err := l.site.Exec(ctx, "login", "alice", "truncate", "-s", size, downloadFile); err != nil {
		return err
	}
	defer func() { _ = l.site.RemoveFile("login", "/home/alice/"+downloadFile) }()
	return l.comparedToOpenSSH(ctx, func(delay time.Duration, ours, theirs *jupyter.Client, _ *onNode) error {
		return l.downloadsOnce(ctx, r, delay, [...]*jupyter.Client{ours, theirs})
	})
}

func (l *lab) downloadsOnce(ctx context.Context, r *report, delay time.Duration, clients [2]*jupyter.Client) error {
	var rates [2][]float64
	for n := range downloads {
		for turn := range clients {
			way := (turn + n) % 2 // they take turns to be first
			rate, err := download(ctx, clients[way])
			if err != nil {
				return err
			}
			rates[way] = append(rates[way], rate)
		}
	}
	ours, theirs := middle(rates[0]), middle(rates[1])
	r.add(row{
		what: fmt.Sprintf("download of %d MiB from Jupyter, median of %d", downloadBytes>>20, downloads), roundTrip: roundTrip(delay),
		measured: fmt.Sprintf("%.0f MB/s", ours), comparison: fmt.Sprintf("`ssh -J -L` %.0f MB/s: %.2f times that", theirs, ours/theirs),
		limit: fmt.Sprintf("%.1f times", downloadLimit), verdict: verdictAtLeast(ours/theirs, downloadLimit, "%.2f"),
	})
	return nil
}

// download fetches the file once; the rate is in MB/s.
func download(ctx context.Context, c *jupyter.Client) (rate float64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"files/"+downloadFile, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "token "+c.Token)
	begun := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || n != downloadBytes) {
		err = fmt.Errorf("the download gave %s and %d bytes", resp.Status, n)
	}
	return float64(n) / 1e6 / time.Since(begun).Seconds(), err
}

func middle(s []float64) float64 {
	return slices.Sorted(slices.Values(s))[len(s)/2]
}
