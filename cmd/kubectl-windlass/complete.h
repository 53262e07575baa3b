// Shell completion. kubectl's completion script runs the executable kubectl_complete-windlass with
// the words typed after "kubectl windlass". The executable prints the candidates in the format of
// the Go library cobra: one in each line, and a directive at the end.
//
//   deployment/web
//   :4
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/object_argument.h"
#include "cmd/kubectl-windlass/parse.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::cli {

// Tells the shell whether to offer file names. The numbers are cobra's.
enum class Directive : uint8_t {
  kFiles = 0,    // offer file names if there is no candidate
  kNoFiles = 4,  // never offer file names
};

struct Completion {
  std::vector<Described> candidates;
  Directive directive = Directive::kNoFiles;
};

// The functions that return candidates. A function returns an empty list if it cannot read them,
// for example because the API server does not answer.
struct CompletionSources {
  std::function<std::vector<std::string>(const ResourceId& resource)> names;
  std::function<std::vector<std::string>()> namespaces;
  std::function<std::vector<std::string>()> contexts;
  // The revisions of a Deployment or Rollout, newest first.
  std::function<std::vector<std::string>(const ObjectArgument& object)> revisions;
};

// The parts of a command line that the user has typed so far.
struct CompletionLine {
  std::string command;                 // "status"; "" = not typed yet
  std::vector<std::string> arguments;  // the finished words after the command, without flags
  std::string flag;                    // if a flag's value is completed: "--context"; else ""
  std::string prefix;                  // the typed part of the word, or of the flag's value
  std::string before_value;            // "--context=" if flag and value are one word; else ""
  ConnectionFlags connection;
};

// `words` are the words after "kubectl windlass". The last word is the word to complete, and may be
// empty.
CompletionLine ReadCompletionLine(const std::vector<std::string>& words);

Completion Complete(const CompletionLine& line, const CompletionSources& sources);

// Returns `completion` in cobra's format.
std::string CompletionText(const Completion& completion);

}  // namespace windlass::cli
