package protocol

// PromptPurpose is the purpose of a prompt.
type PromptPurpose string

// The purposes.
const (
	// PurposePassphrase: a key file's passphrase.
	PurposePassphrase PromptPurpose = "passphrase"
	// PurposePassword: the password on the cluster.
	PurposePassword PromptPurpose = "password"
	// PurposeCode: a one-time code, or any other question of the host.
	PurposeCode PromptPurpose = "code"
	// PurposeHostKey: whether to trust an unknown host's key.
	PurposeHostKey PromptPurpose = "host-key"
	// PurposeReconnect: whether to reconnect to a cluster that needs the user to sign in.
	PurposeReconnect PromptPurpose = "reconnect"
	// PurposeStart: whether to start a kernel, although it would probably fail. A client that cannot ask
	// its user accepts.
	PurposeStart PromptPurpose = "start"
	// PurposeNewKey: whether to create a key, if the user has none.
	PurposeNewKey PromptPurpose = "new-key"
)

// PromptSecretParams is a prompt for one line of text.
type PromptSecretParams struct {
	// Host is the host that asks.
	Host string `json:"host"`
	// User is the user's name there.
	User string `json:"user,omitzero"`
	// Purpose is the purpose of the prompt.
	Purpose PromptPurpose `json:"purpose"`
	// Prompt is the question, as the host has worded it if it has.
	Prompt string `json:"prompt"`
	// Detail is more text: the key file, the host's instruction.
	Detail string `json:"detail,omitzero"`
	// Echo is true when the answer may be shown while it is typed.
	Echo bool `json:"echo,omitzero"`
	// Wrong is true when the last answer to the same question was wrong.
	Wrong bool `json:"wrong,omitzero"`
}

// PromptSecretResult is the answer.
type PromptSecretResult struct {
	// Value is what was typed; may be empty.
	Value string `json:"value,omitzero"`
	// Cancelled is true if the user dismissed the prompt.
	Cancelled bool `json:"cancelled,omitzero"`
}

// PromptConfirmParams is a yes-or-no prompt.
type PromptConfirmParams struct {
	// Host is the host that it is about.
	Host string `json:"host"`
	// Purpose is the purpose of the prompt.
	Purpose PromptPurpose `json:"purpose"`
	// Message is the question.
	Message string `json:"message"`
	// Detail is what to compare: the kind of key and its fingerprint.
	Detail string `json:"detail,omitzero"`
	// Accept is the label of the button for yes: "Connect".
	Accept string `json:"accept"`
}

// PromptConfirmResult is the answer.
type PromptConfirmResult struct {
	// Accepted is true for yes.
	Accepted bool `json:"accepted"`
}
