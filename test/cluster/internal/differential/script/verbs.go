package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// rule is what may follow a verb.
type rule struct {
	named    bool                            // a Deployment's name comes first
	args     []func(string) bool             // then so many words without "=", each checked
	optional int                             // so many of the last of them may be absent
	keys     func(key string) bool           // settings it may have; nil: none
	needs    func(settings []Setting) string // what is missing, or nothing
}

var verbs = map[string]rule{
	"apply":               {named: true, keys: deploymentField},
	"scale":               {named: true, args: words(number)},
	"pause":               {named: true},
	"resume":              {named: true},
	"restart":             {named: true},
	"undo":                {named: true, args: words(number), optional: 1},
	"rollback":            {named: true, args: words(any)},
	"ready":               {named: true, args: words(number), optional: 1, keys: is("revision")},
	"unready":             {named: true, args: words(number), keys: is("revision")},
	"fail":                {named: true, args: words(number), keys: is("revision")},
	"delete-pod":          {named: true, args: words(number), keys: is("revision")},
	"stop-slowly":         {named: true, args: words(oneOf("on", "off"))},
	"create-replicaset":   {named: true, args: words(number), keys: replicaSetField},
	"scale-replicaset":    {named: true, args: words(number), keys: is("revision"), needs: revision},
	"delete-replicaset":   {named: true, keys: is("revision"), needs: revision},
	"label-replicaset":    {named: true, keys: anyKey, needs: revisionAndOther},
	"annotate-replicaset": {named: true, keys: anyKey, needs: revisionAndOther},
	"orphan":              {named: true, keys: is("revision"), needs: revision},
	"delete":              {named: true, keys: is("cascade")},
	"condition":           {named: true, keys: anyKey, needs: one},
	"quota":               {args: words(func(s string) bool { return s == "none" || number(s) })},
	"wait-condition":      {named: true, keys: anyKey, needs: one},
	"wait-deadline":       {named: true},
}

func parse(words []word) (Command, error) {
	if len(words) == 0 {
		return Command{}, fmt.Errorf("no step")
	}
	command := Command{Verb: words[0].text}
	rule, found := verbs[command.Verb]
	if !found {
		return command, fmt.Errorf("unknown step %q", command.Verb)
	}
	words = words[1:]
	if rule.named {
		if len(words) == 0 || words[0].equals >= 0 {
			return command, fmt.Errorf("%s: which Deployment?", command.Verb)
		}
		command.Name = words[0].text
		words = words[1:]
	}
	for _, word := range words {
		if word.equals < 0 {
			command.Args = append(command.Args, word.text)
			continue
		}
		setting := Setting{word.text[:word.equals], word.text[word.equals+1:]}
		if rule.keys == nil || !rule.keys(setting.Key) {
			return command, fmt.Errorf("%s: unknown setting %q", command.Verb, setting.Key)
		}
		command.Setting = append(command.Setting, setting)
	}
	if len(command.Args) > len(rule.args) || len(command.Args) < len(rule.args)-rule.optional {
		return command, fmt.Errorf("%s: wrong number of words", command.Verb)
	}
	for i, arg := range command.Args {
		if !rule.args[i](arg) {
			return command, fmt.Errorf("%s: what is %q?", command.Verb, arg)
		}
	}
	if rule.needs != nil {
		if missing := rule.needs(command.Setting); missing != "" {
			return command, fmt.Errorf("%s: %s", command.Verb, missing)
		}
	}
	return command, nil
}

func words(checks ...func(string) bool) []func(string) bool { return checks }

func any(string) bool    { return true }
func anyKey(string) bool { return true }

func number(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0
}

func oneOf(allowed ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(allowed, s) }
}

func is(key string) func(string) bool { return oneOf(key) }

func deploymentField(key string) bool {
	return oneOf("replicas", "image", "strategy", "maxSurge", "maxUnavailable", "minReadySeconds",
		"revisionHistoryLimit", "progressDeadlineSeconds", "paused")(key) ||
		prefixed(key, "annotation.", "label.", "template.annotation.", "template.label.", "env.", "selector.")
}

func replicaSetField(key string) bool {
	return oneOf("image", "hash")(key) || prefixed(key, "annotation.", "label.")
}

func prefixed(key string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return strings.HasPrefix(key, prefix) && len(key) > len(prefix)
	})
}

func revision(settings []Setting) string {
	if !slices.ContainsFunc(settings, func(s Setting) bool { return s.Key == "revision" }) {
		return "revision=R is missing"
	}
	return ""
}

func revisionAndOther(settings []Setting) string {
	if missing := revision(settings); missing != "" {
		return missing
	}
	if len(settings) != 2 {
		return "expected revision=R and one KEY=VALUE"
	}
	return ""
}

func one(settings []Setting) string {
	if len(settings) != 1 {
		return "expected one KEY=VALUE"
	}
	return ""
}
