package test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPicture draws the picture of the README where MAINFORTE_PICTURE says:
// a mission on a wide screen in light, and on a phone in dark.
func TestPicture(t *testing.T) {
	path := os.Getenv("MAINFORTE_PICTURE")
	if path == "" {
		t.Skip("no file is named for the picture: make picture does")
	}
	demo := serve(t, nil, "demo", "--listen", "localhost:0", "--data", t.TempDir()+"/demo.db")
	w := newWindow(t, demo.URL, true)
	w.open("/a/les-veilleuses/missions/traduire-le-site-en-anglais-une-page-a-la-fois")
	screen := w.picture(w.whole(wide, false))
	size := screen.Bounds().Size()
	w.frame(phone, int64(size.Y), true)
	hand := w.picture(w.png())

	const margin = 32
	whole := image.NewRGBA(image.Rect(0, 0, size.X+phone+3*margin, size.Y+2*margin))
	draw.Draw(whole, whole.Bounds(), image.NewUniform(color.RGBA{R: 0xe2, G: 0xd8, B: 0xc3, A: 0xff}), image.Point{}, draw.Src)
	draw.Draw(whole, image.Rect(margin, margin, margin+size.X, margin+size.Y), screen, image.Point{}, draw.Src)
	draw.Draw(whole, image.Rect(2*margin+size.X, margin, 2*margin+size.X+phone, margin+size.Y), hand, image.Point{}, draw.Src)
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	w.must(encoder.Encode(&out, whole))
	w.must(os.WriteFile(path, out.Bytes(), 0o644))
}

func (w *window) picture(content []byte) image.Image {
	w.t.Helper()
	drawn, err := png.Decode(bytes.NewReader(content))
	w.must(err)
	return drawn
}

// whole draws all of the page, in a window as high as it is.
func (w *window) whole(width int64, dark bool) []byte {
	w.t.Helper()
	w.size(width, dark)
	w.frame(width, script[int64](w, "document.documentElement.scrollHeight"), dark)
	return w.png()
}

// png draws what the window shows.
func (w *window) png() []byte {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	content, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	w.must(err)
	return content
}
