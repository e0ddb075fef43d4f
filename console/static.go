package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
)

//go:embed static/*.css static/*.js static/*.svg
var staticFiles embed.FS

// asset is a file that pages load. It holds nothing of the logs and is served to anybody.
type asset struct {
	body      []byte
	mediaType string
	version   string // part of its address, so that browsers can keep it for ever
}

// loadAssets reads the files that pages load.
func loadAssets() (map[string]asset, error) {
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("console files: %w", err)
	}
	assets := make(map[string]asset)
	for _, e := range entries {
		body, err := fs.ReadFile(staticFiles, "static/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("console files: %w", err)
		}
		sum := sha256.Sum256(body)
		assets[e.Name()] = asset{body: body, mediaType: mediaTypes[path.Ext(e.Name())], version: hex.EncodeToString(sum[:6])}
	}
	return assets, nil
}

var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// assetURL is the address of a file in its present version.
func assetURL(assets map[string]asset, name string) (string, error) {
	a, ok := assets[name]
	if !ok {
		return "", fmt.Errorf("there is no file %q", name)
	}
	return "/static/" + name + "?v=" + a.version, nil
}

// static serves the files that pages load.
func (c *Console) static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := c.assets[r.PathValue("file")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.mediaType)
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
		h.Set("Cache-Control", "no-cache")
		if r.URL.Query().Get("v") == a.version {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		_, _ = w.Write(a.body)
	})
}
