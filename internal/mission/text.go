package mission

// More are the optional texts of a mission. They are kept together as one
// object, and the form, the page, the import and the checks all read the table
// Texts: a new text is a field here, a line there, and its words in the
// catalogues.
type More struct {
	Details       string `json:"details,omitempty"`
	Purpose       string `json:"purpose,omitempty"`
	Effort        string `json:"effort,omitempty"`
	Latitude      string `json:"latitude,omitempty"`
	Together      string `json:"together,omitempty"`
	Means         string `json:"means,omitempty"`
	LeadsTo       string `json:"leads_to,omitempty"`
	VisibilityWhy string `json:"visibility_why,omitempty"`
}

// Text describes one optional text. Its words are in the catalogues under
// mission.text.NAME (on the page), mission.field.NAME and mission.field.NAME.hint
// (in the form).
type Text struct {
	Name string
	// Of points to the text.
	Of func(*More) *string
	// Limit is in characters.
	Limit int
	// Markdown texts are a heading with paragraphs; the others are a line
	// among the facts.
	Markdown bool
	// Private texts are shown to those who may edit the mission and to
	// members, never to visitors.
	Private bool
	// Headers are what the first line of an imported table may call it,
	// beside its name; accents and capitals do not matter.
	Headers []string
}

// Texts are the optional texts, in the order of the page and the form.
var Texts = []Text{
	{Name: "details", Of: func(m *More) *string { return &m.Details }, Limit: 6000, Markdown: true, Headers: []string{"description", "ce qui est attendu", "description_fr"}},
	{Name: "purpose", Of: func(m *More) *string { return &m.Purpose }, Limit: 3000, Markdown: true, Headers: []string{"à qui ça sert", "utilité"}},
	{Name: "effort", Of: func(m *More) *string { return &m.Effort }, Limit: 80, Headers: []string{"durée", "temps", "duration"}},
	{Name: "latitude", Of: func(m *More) *string { return &m.Latitude }, Limit: 300, Headers: []string{"vous décidez", "ce que vous décidez"}},
	{Name: "together", Of: func(m *More) *string { return &m.Together }, Limit: 300, Headers: []string{"on décide ensemble"}},
	{Name: "means", Of: func(m *More) *string { return &m.Means }, Limit: 300, Headers: []string{"nous fournissons", "moyens"}},
	{Name: "leads_to", Of: func(m *More) *string { return &m.LeadsTo }, Limit: 300, Headers: []string{"et après", "suite"}},
	{Name: "visibility_why", Of: func(m *More) *string { return &m.VisibilityWhy }, Limit: 300, Private: true, Headers: []string{"raison"}},
}
