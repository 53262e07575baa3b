// Package script reads the scripts of the differential test; the language is
// described in test/differential/README.md.
package script

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Script is one file of scripts.
type Script struct {
	Name       string
	Steps      []Step
	WritesMore string // why the second controller may write more; empty: it may not
}

// Step is what lies between two comparisons: one command, or several that are
// sent without waiting for quiet in between.
type Step struct {
	Text     string // as in the file, continuation lines joined by " + "
	Commands []Command
	Differs  []Difference
}

// Command is one line.
type Command struct {
	Verb    string
	Name    string    // of the Deployment; empty for quota
	Args    []string  // words without a "="
	Setting []Setting // words with one, in order
}

// Setting is KEY=VALUE; an empty value removes.
type Setting struct{ Key, Value string }

// Get returns the value of a setting.
func (c Command) Get(key string) (string, bool) {
	for _, setting := range c.Setting {
		if setting.Key == key {
			return setting.Value, true
		}
	}
	return "", false
}

// Difference is one that is expected at a step, and why.
type Difference struct {
	Pattern *regexp.Regexp
	Why     string
	Kind    string // "rollout": only if the script is played with Rollouts; empty: always
}

// DiffersAs returns the differences that are expected if the script is played with that kind.
func (s Step) DiffersAs(kind string) []Difference {
	var expected []Difference
	for _, difference := range s.Differs {
		if difference.Kind == "" || difference.Kind == kind {
			expected = append(expected, difference)
		}
	}
	return expected
}

// Load reads a file; the script's name is the file's without its extension.
func Load(path string) (*Script, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	script, err := Parse(strings.TrimSuffix(filepath.Base(path), ".script"), string(content))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return script, nil
}

// Parse reads a script; errors name the line.
func Parse(name, content string) (*Script, error) {
	script := &Script{Name: name}
	lines := bufio.NewScanner(strings.NewReader(content))
	for number := 1; lines.Scan(); number++ {
		if err := script.line(lines.Text()); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
	}
	if len(script.Steps) == 0 {
		return nil, fmt.Errorf("no step")
	}
	return script, nil
}

func (s *Script) line(text string) error {
	text = strings.TrimSpace(text)
	switch first, rest, _ := strings.Cut(text, " "); first {
	case "differs":
		return s.differs("", rest)
	case "differs[rollout]":
		return s.differs("rollout", rest)
	case "writes-more":
		s.WritesMore = strings.TrimSpace(rest)
		if s.WritesMore == "" {
			return fmt.Errorf("writes-more without a reason")
		}
		return nil
	}

	words, text, err := split(text)
	if err != nil || len(words) == 0 {
		return err
	}
	continues := words[0].text == "+"
	if continues {
		words = words[1:]
		text = strings.TrimSpace(strings.TrimPrefix(text, "+"))
	}
	command, err := parse(words)
	if err != nil {
		return err
	}
	if !continues {
		s.Steps = append(s.Steps, Step{Text: text, Commands: []Command{command}})
		return nil
	}
	if len(s.Steps) == 0 {
		return fmt.Errorf("no step to continue")
	}
	step := &s.Steps[len(s.Steps)-1]
	step.Text += " + " + text
	step.Commands = append(step.Commands, command)
	return nil
}

func (s *Script) differs(kind, rest string) error {
	pattern, why, found := strings.Cut(rest, ": ")
	pattern, why = strings.TrimSpace(pattern), strings.TrimSpace(why)
	if !found || pattern == "" || why == "" || strings.ContainsAny(pattern, " \t") {
		return fmt.Errorf("expected differs PATTERN: WHY")
	}
	if len(s.Steps) == 0 {
		return fmt.Errorf("no step to differ at")
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	step := &s.Steps[len(s.Steps)-1]
	step.Differs = append(step.Differs, Difference{expression, why, kind})
	return nil
}

// word is one word of a line; the first "=" outside of quotes parts it.
type word struct {
	text   string
	equals int // index in text; -1: none
}

// split returns the words of a line, and the line without its comment.
func split(text string) (words []word, bare string, err error) {
	current := word{equals: -1}
	quoted, begun := false, false
	end := func() {
		if begun {
			words = append(words, current)
		}
		current, begun = word{equals: -1}, false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"':
			quoted, begun = !quoted, true
		case quoted:
			current.text += string(c)
		case c == ' ' || c == '\t':
			end()
		case c == '#' && !begun:
			return words, strings.TrimSpace(text[:i]), nil
		default:
			if c == '=' && current.equals < 0 {
				current.equals = len(current.text)
			}
			current.text += string(c)
			begun = true
		}
	}
	if quoted {
		return nil, "", fmt.Errorf("a quote that does not end")
	}
	end()
	return words, text, nil
}
