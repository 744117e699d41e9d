package sshauth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
	"strings"

	"golang.org/x/crypto/ssh"
)

// maxIterations bounds what a key file may make us compute: OpenSSL's own default is 2048.
const maxIterations = 10_000_000

// isLockedPKCS8 detects the format that the ssh library does not read.
func isLockedPKCS8(text []byte) bool {
	block, _ := pem.Decode(text)
	return block != nil && block.Type == "ENCRYPTED PRIVATE KEY"
}

// parseLockedKey opens a private key of any format. A wrong passphrase is
// x509.IncorrectPasswordError.
func parseLockedKey(text, phrase []byte) (any, error) {
	if !isLockedPKCS8(text) {
		key, err := ssh.ParseRawPrivateKeyWithPassphrase(text, phrase)
		if err != nil && (strings.Contains(err.Error(), "asn1:") || strings.Contains(err.Error(), "failed to parse")) {
			err = x509.IncorrectPasswordError // the old format accepts one in 256 wrong passphrases, and returns garbage
		}
		return key, err
	}
	block, _ := pem.Decode(text)
	plain, err := decryptPKCS8(block.Bytes, phrase)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil { // the padding was right by chance
		return nil, x509.IncorrectPasswordError
	}
	return key, nil
}

// What RFC 8018 (PKCS #5) calls PBES2: a key made by PBKDF2, and a cipher in CBC mode.
type (
	encryptedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	pbes2Params  struct{ KeyDerivation, Encryption pkix.AlgorithmIdentifier }
	pbkdf2Params struct {
		Salt       []byte
		Iterations int
		KeyLength  int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}

	hashes = map[string]func() hash.Hash{
		"":                    sha1.New, // if none is named
		"1.2.840.113549.2.7":  sha1.New,
		"1.2.840.113549.2.9":  sha256.New,
		"1.2.840.113549.2.11": sha512.New,
		"1.2.840.113549.2.10": sha512.New384,
	}
	keyLengths = map[string]int{
		"2.16.840.1.101.3.4.1.2":  16, // AES-128-CBC
		"2.16.840.1.101.3.4.1.22": 24,
		"2.16.840.1.101.3.4.1.42": 32,
	}
)

func decryptPKCS8(der, phrase []byte) ([]byte, error) {
	var locked encryptedKey
	var scheme pbes2Params
	var derivation pbkdf2Params
	var iv []byte
	if _, err := asn1.Unmarshal(der, &locked); err != nil {
		return nil, fmt.Errorf("reading the encrypted key: %w", err)
	}
	unknown := errors.New("the key's encryption is not supported; encrypt it again with: ssh-keygen -p -f FILE")
	if !locked.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, unknown
	}
	if _, err := asn1.Unmarshal(locked.Algorithm.Parameters.FullBytes, &scheme); err != nil || !scheme.KeyDerivation.Algorithm.Equal(oidPBKDF2) {
		return nil, unknown
	}
	if _, err := asn1.Unmarshal(scheme.KeyDerivation.Parameters.FullBytes, &derivation); err != nil {
		return nil, unknown
	}
	_, err := asn1.Unmarshal(scheme.Encryption.Parameters.FullBytes, &iv)
	newHash, length := hashes[derivation.PRF.Algorithm.String()], keyLengths[scheme.Encryption.Algorithm.String()]
	if err != nil || newHash == nil || length == 0 || len(iv) != aes.BlockSize || derivation.Iterations < 1 || derivation.Iterations > maxIterations {
		return nil, unknown
	}
	key, err := pbkdf2.Key(newHash, string(phrase), derivation.Salt, derivation.Iterations, length)
	if err != nil {
		return nil, err
	}
	return decryptCBC(key, iv, locked.Data)
}

func decryptCBC(key, iv, data []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("the encrypted key is truncated")
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > aes.BlockSize {
		return nil, x509.IncorrectPasswordError
	}
	return plain[:len(plain)-padding], nil
}
