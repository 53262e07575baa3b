// Shell completion as kubectl asks plugins for it: an executable kubectl_complete-windlass gets the
// words after "kubectl windlass" and answers in cobra's format, a candidate for each line and then
// a directive:
//
//   deployment/web
//   :4
//
// Kubectl's completion for bash, zsh and fish does the rest.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/object_argument.h"
#include "cmd/kubectl-windlass/parse.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::cli {

// What the shell does with the candidates, as cobra numbers it.
enum class Directive : uint8_t {
  kFiles = 0,    // nothing of ours: complete file names
  kNoFiles = 4,  // no file names, also if there is no candidate
};

struct Completion {
  std::vector<Described> candidates;
  Directive directive = Directive::kNoFiles;
};

// Where candidates come from. A function returns an empty list if it cannot read its source.
struct CompletionSources {
  std::function<std::vector<std::string>(const ResourceId& resource)> names;
  std::function<std::vector<std::string>()> namespaces;
  std::function<std::vector<std::string>()> contexts;
  // The revisions of a Deployment or Rollout, newest first.
  std::function<std::vector<std::string>(const ObjectArgument& object)> revisions;
};

// The words that stand before the one that is completed, sorted out.
struct CompletionLine {
  std::string command;                 // "" = not typed yet
  std::vector<std::string> arguments;  // of the command
  std::string flag;                    // whose value is completed, "--context"; "" = none
  std::string prefix;                  // what is typed of the word or of the value
  std::string before_value;            // "--context=" if the value is in the same word
  ConnectionFlags connection;
};

// `words`: those after "kubectl windlass", the last one as far as it is typed.
CompletionLine ReadCompletionLine(const std::vector<std::string>& words);

Completion Complete(const CompletionLine& line, const CompletionSources& sources);

// Returns the answer in cobra's format.
std::string CompletionText(const Completion& completion);

}  // namespace windlass::cli
