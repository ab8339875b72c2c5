package heliograph

// Limits of menus, from the v1.1 API.
const (
	MaxMenuItems    = 3
	MaxSubmenuItems = 5
)

// Menu is what people can choose at any time, beside the conversation.
type Menu struct {
	Items []MenuItem `json:"items"`
}

// MenuItem is one line of a menu: a link, a postback, or a submenu.
type MenuItem struct {
	ID      string     `json:"_id"`
	Type    string     `json:"type"`
	Text    string     `json:"text"`
	URI     string     `json:"uri,omitempty"`
	Payload string     `json:"payload,omitempty"`
	Items   []MenuItem `json:"items,omitempty"` // of a submenu
}
