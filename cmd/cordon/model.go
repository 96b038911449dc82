package main

import (
	"os"
	"strings"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/extract"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
)

// modelFlags name a language model that is asked beside the rules.
type modelFlags struct {
	ModelURL     string `name:"model-url" help:"Ask also a language model at this address (OpenAI-compatible, as http://127.0.0.1:8000/v1). It gets the text of the document." placeholder:"URL" group:"a language model beside the rules"`
	Model        string `help:"The name of the model there." placeholder:"NAME" group:"a language model beside the rules"`
	ModelKeyFile string `help:"A file that holds the key for it." placeholder:"FILE" type:"path" group:"a language model beside the rules"`
	ModelKeyEnv  string `help:"The variable of the environment that holds the key for it." placeholder:"NAME" group:"a language model beside the rules"`
	AllowRemote  bool   `help:"Send the text there; without this nothing leaves the program, not even for this machine." group:"a language model beside the rules"`
}

// extract reads a document by the rules and, when one is named, by a language model.
func (f modelFlags) extract(m *Main, rules *read.Reader, d *document.Document, o read.Options) (*read.Result, error) {
	if f.ModelURL == "" && (f.Model != "" || f.ModelKeyFile != "" || f.ModelKeyEnv != "" || f.AllowRemote) {
		return nil, fault.New(fault.Usage, "no language model is named").WithFix("give its address with --model-url")
	}
	res, err := rules.Extract(m.ctx, d, o)
	if err != nil || f.ModelURL == "" {
		return res, err
	}
	key, err := f.key()
	if err != nil {
		return nil, err
	}
	model, err := extract.New(extract.Config{URL: f.ModelURL, Model: f.Model, Key: key, Allowed: f.AllowRemote, Wait: m.Wait}, rules)
	if err != nil {
		return nil, err
	}
	more, err := model.Extract(m.ctx, d, o)
	if err != nil {
		return nil, err
	}
	return read.Join(res, more), nil
}

func (f modelFlags) key() (string, error) {
	var key string
	switch {
	case f.ModelKeyFile != "" && f.ModelKeyEnv != "":
		return "", fault.New(fault.Usage, "the key stands in a file or in a variable, not in both")
	case f.ModelKeyFile != "":
		b, err := readFile(f.ModelKeyFile)
		if err != nil {
			return "", err
		}
		key = string(b)
	case f.ModelKeyEnv != "":
		key = os.Getenv(f.ModelKeyEnv)
	default:
		return "", nil
	}
	if key = strings.TrimSpace(key); key == "" {
		return "", fault.New(fault.Usage, "the key is empty").WithFix("leave the flag out where none is needed")
	}
	return key, nil
}
