package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"

	"mainforte/internal/web/ui"
)

//go:embed static/mainforte.css static/mainforte.js static/mark.svg static/young-serif.woff2
var staticFiles embed.FS

const staticPath = "/static/"

// file is a static file, compressed once.
type file struct {
	kind          string
	plain, packed []byte
}

// Static files carry the hash of their content in their names, so that a
// browser may keep them for ever.
var static, assets = loadStatic()

func loadStatic() (map[string]file, ui.Assets) {
	files := map[string]file{}
	add := func(name string, change func([]byte) []byte) string {
		content, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			panic(err) // embedded: it cannot be missing
		}
		if change != nil {
			content = change(content)
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		hashed := staticPath + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		f := file{kind: mime.TypeByExtension(ext), plain: content}
		if ext == ".woff2" {
			f.kind = "font/woff2" // compressed by its nature
		} else {
			f.packed = pack(content)
		}
		files[hashed] = f
		return hashed
	}
	font := add("young-serif.woff2", nil)
	return files, ui.Assets{
		Font: font,
		CSS: add("mainforte.css", func(css []byte) []byte {
			return bytes.ReplaceAll(css, []byte("young-serif.woff2"), []byte(font))
		}),
		JS:   add("mainforte.js", nil),
		Icon: add("mark.svg", nil),
	}
}

func pack(content []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(content) // into memory
	_ = w.Close()
	return out.Bytes()
}

func serveStatic(w http.ResponseWriter, r *http.Request) {
	f, ok := static[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	content := f.plain
	if f.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = f.packed
	}
	_, _ = w.Write(content)
}
