// Command interop lets Go's own note and tlog packages check what we make and make what we check.
//
// Standard input: a JSON array of requests. Standard output: a JSON array of answers, one for each. The packages come from the Go
// toolchain's vendor tree; nothing of ours is in the path that verifies.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Op      string            `json:"op"`
	Vkeys   []string          `json:"vkeys"`
	Skey    string            `json:"skey"`
	Note    string            `json:"note"`
	Text    string            `json:"text"`
	Size    int64             `json:"size"`
	OldSize int64             `json:"old_size"`
	Index   int64             `json:"index"`
	Root    tlog.Hash         `json:"root"`
	OldRoot tlog.Hash         `json:"old_root"`
	Leaf    tlog.Hash         `json:"leaf"`
	Hashes  []tlog.Hash       `json:"hashes"`
	Tiles   map[string][]byte `json:"tiles"`
}

type answer struct {
	OK     bool        `json:"ok"`
	Error  string      `json:"error,omitempty"`
	Text   string      `json:"text,omitempty"`
	Root   *tlog.Hash  `json:"root,omitempty"`
	Hashes []tlog.Hash `json:"hashes"`
}

func main() {
	var requests []request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	answers := make([]answer, 0, len(requests))
	for _, r := range requests {
		a, err := handle(r)
		a.OK = err == nil
		if err != nil {
			a.Error = err.Error()
		}
		answers = append(answers, a)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		os.Exit(3)
	}
}

func handle(r request) (a answer, err error) {
	switch r.Op {
	case "open_note":
		a.Text, err = openNote(r)
	case "open_cosigned":
		return openCosigned(r)
	case "sign_note":
		a.Text, err = signNote(r)
	case "tree":
		var root tlog.Hash
		root, err = tlog.TreeHash(r.Size, newTree(r.Size))
		a.Root = &root
	case "prove_record":
		a.Hashes, err = tlog.ProveRecord(r.Size, r.Index, newTree(r.Size))
	case "prove_tree":
		a.Hashes, err = tlog.ProveTree(r.Size, r.OldSize, newTree(r.Size))
	case "check_record":
		err = tlog.CheckRecord(r.Hashes, r.Size, r.Root, r.Index, r.Leaf)
	case "check_tree":
		err = tlog.CheckTree(r.Hashes, r.Size, r.Root, r.OldSize, r.OldRoot)
	case "read_tiles":
		a.Hashes, err = readLeaves(r)
	default:
		err = errors.New("unknown op " + r.Op)
	}
	return a, err
}

func openNote(r request) (string, error) {
	var verifiers []note.Verifier
	for _, vkey := range r.Vkeys {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return "", err
		}
		verifiers = append(verifiers, v)
	}
	opened, err := note.Open([]byte(r.Note), note.VerifierList(verifiers...))
	if err != nil {
		return "", err
	}
	return opened.Text, nil
}

func signNote(r request) (string, error) {
	signer, err := note.NewSigner(r.Skey)
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: r.Text}, signer)
	return string(signed), err
}

// memory holds the stored hashes of the tree over the entries "entry 0", "entry 1", …
// witness verifies signatures of type 0x04 (C2SP tlog-cosignature) as a note.Verifier; the package itself knows type 0x01 only.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed vkey")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 33 || raw[0] != 4 {
		return nil, errors.New("not a cosignature key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	return witness{parts[0], binary.BigEndian.Uint32(sum[:4]), raw[1:]}, nil
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig[:8]), msg)
	return ed25519.Verify(w.key, []byte(signed), sig[8:])
}

// openCosigned opens a note that every given key must have signed: the first is the log's, the others are witnesses'.
func openCosigned(r request) (a answer, err error) {
	log, err := note.NewVerifier(r.Vkeys[0])
	if err != nil {
		return a, err
	}
	verifiers := []note.Verifier{log}
	for _, vkey := range r.Vkeys[1:] {
		w, err := newWitness(vkey)
		if err != nil {
			return a, err
		}
		verifiers = append(verifiers, w)
	}
	opened, err := note.Open([]byte(r.Note), note.VerifierList(verifiers...))
	if err != nil {
		return a, err
	}
	if len(opened.Sigs) != len(verifiers) {
		return a, fmt.Errorf("%d of %d keys signed", len(opened.Sigs), len(verifiers))
	}
	a.Text = opened.Text
	return a, nil
}

type memory []tlog.Hash

func newTree(size int64) memory {
	var m memory
	for n := int64(0); n < size; n++ {
		hashes, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("entry %d", n)), m)
		if err != nil {
			panic(err)
		}
		m = append(m, hashes...)
	}
	return m
}

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, index := range indexes {
		out = append(out, m[index])
	}
	return out, nil
}

// files serves tiles at C2SP paths, which lack Go's height element.
type files map[string][]byte

func (f files) Height() int                                { return 8 }
func (f files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, ok := f[path]
		if !ok {
			return nil, errors.New("no tile at " + path)
		}
		out = append(out, content)
	}
	return out, nil
}

// readLeaves authenticates every tile on the way from each leaf to the root and returns the leaf hashes.
func readLeaves(r request) ([]tlog.Hash, error) {
	reader := tlog.TileHashReader(tlog.Tree{N: r.Size, Hash: r.Root}, files(r.Tiles))
	var indexes []int64
	for n := int64(0); n < r.Size; n++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, n))
	}
	return reader.ReadHashes(indexes)
}
