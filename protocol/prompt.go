package protocol

// PromptPurpose is what an answer is for.
type PromptPurpose string

// The purposes.
const (
	// PurposePassphrase: a key file's passphrase.
	PurposePassphrase PromptPurpose = "passphrase"
	// PurposePassword: the password on the cluster.
	PurposePassword PromptPurpose = "password"
	// PurposeCode: a one-time code or whatever else the host asks.
	PurposeCode PromptPurpose = "code"
	// PurposeHostKey: whether an unknown host's key is right.
	PurposeHostKey PromptPurpose = "host-key"
	// PurposeReconnect: whether to connect again to a cluster where a person has to answer something.
	PurposeReconnect PromptPurpose = "reconnect"
	// PurposeNewKey: whether to make a key, where the person has none.
	PurposeNewKey PromptPurpose = "new-key"
)

// PromptSecretParams asks for one line.
type PromptSecretParams struct {
	// Host is who asks.
	Host string `json:"host"`
	// User is the user's name there.
	User string `json:"user,omitzero"`
	// Purpose is what it is for.
	Purpose PromptPurpose `json:"purpose"`
	// Prompt is the question, in the host's own words where it has any.
	Prompt string `json:"prompt"`
	// Detail says more: the key file, the host's instruction.
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
	// Cancelled is true when the person dismissed the question.
	Cancelled bool `json:"cancelled,omitzero"`
}

// PromptConfirmParams asks for a yes or a no.
type PromptConfirmParams struct {
	// Host is what it is about.
	Host string `json:"host"`
	// Purpose is what it is for.
	Purpose PromptPurpose `json:"purpose"`
	// Message is the question.
	Message string `json:"message"`
	// Detail is what to look at: the kind of key and its fingerprint.
	Detail string `json:"detail,omitzero"`
	// Accept is the word for yes on a button: "Connect".
	Accept string `json:"accept"`
}

// PromptConfirmResult is the answer.
type PromptConfirmResult struct {
	// Accepted is true for yes.
	Accepted bool `json:"accepted"`
}
