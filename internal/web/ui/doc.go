// Package ui draws: typed templ components that take words already translated
// and give accessible HTML, styled by static/mainforte.css.
//
// It knows nothing of the rest of the program and holds no word of any language:
// whoever calls it decides what is said, in which language and to whom. All
// strings are escaped; addresses in href and action are sanitised by templ. No
// component writes an inline style or an inline script, so a page passes a
// content security policy that allows neither.
//
// # Rules of the house
//
//   - Layout gives the page its only main element; the page gives it its only h1.
//   - One Primary button per screen. Waits gives it to its first row by itself.
//   - The colour of bricks says "late" or "lost" and nothing else; a word always
//     says it too. An error in a form is sun and ink.
//   - A field that another choice hides must not be Required: the browser would
//     refuse to send the form and could not show why.
//
// # Classes for what is too small to be a component
//
//   - stack: equal space between children (main has it); tight: half of it.
//   - two, and aside for its second child: a wide column and a narrow one that
//     stays in view; one column on a phone, in reading order.
//   - lead: the sentence that opens a page. soft: what may be skipped.
//   - actions: a row of buttons. fields: the children of a form, spaced.
//   - away: only for screen readers. late: words in the colour of bricks.
//   - paper-only, screen-only: shown on paper or on a screen only.
//   - poster: a sheet made to be printed on A4, with poster-link for its address.
package ui
