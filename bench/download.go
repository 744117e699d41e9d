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
	return l.withDownload(ctx, func() error {
		return l.comparedToOpenSSH(ctx, func(delay time.Duration, ours, theirs *jupyter.Client, _ *onNode) error {
			rates, err := downloadRates(ctx, downloads, ours, theirs)
			if err == nil {
				what := fmt.Sprintf("download of %d MiB from Jupyter, median of %d", downloadBytes>>20, downloads)
				r.share(what, delay, rates[0], "`ssh -J -L`", rates[1], downloadLimit)
			}
			return err
		})
	})
}

// withDownload runs measure while the file exists.
func (l *lab) withDownload(ctx context.Context, measure func() error) error {
	if _, err := l.site.Exec(ctx, "login", "alice", "truncate", "-s", fmt.Sprint(downloadBytes), downloadFile); err != nil {
		return err
	}
	defer func() { _ = l.site.RemoveFile("login", "/home/alice/"+downloadFile) }()
	return measure()
}

// downloadRates returns the median rate of each client in MB/s. They take turns to be first.
func downloadRates(ctx context.Context, times int, clients ...*jupyter.Client) (medians []float64, err error) {
	rates := make([][]float64, len(clients))
	for n := range times {
		for turn := range clients {
			way := (turn + n) % len(clients)
			rate, err := download(ctx, clients[way])
			if err != nil {
				return nil, err
			}
			rates[way] = append(rates[way], rate)
		}
	}
	for _, all := range rates {
		medians = append(medians, middle(all))
	}
	return medians, nil
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
