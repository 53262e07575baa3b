// Shell completion. kubectl's completion runs an executable kubectl_complete-windlass with the
// words after "kubectl windlass". The executable prints candidates in cobra's format, one a line,
// and then a directive:
//
//   deployment/web
//   :4
//
// The completion of kubectl for bash, zsh and fish does the rest.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/object_argument.h"
#include "cmd/kubectl-windlass/parse.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::cli {

// What the shell does with the candidates. The numbers are cobra's.
enum class Directive : uint8_t {
  kFiles = 0,    // the shell completes file names
  kNoFiles = 4,  // no file names, even if there is no candidate
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

// The parts of a command line up to the place where the user asks for completion.
struct CompletionLine {
  std::string command;                 // "" = not typed yet
  std::vector<std::string> arguments;  // of the command
  std::string flag;                    // the flag whose value is completed, "--context"; "" = none
  std::string prefix;                  // what is typed so far of the word or of the value
  std::string before_value;            // "--context=" if flag and value are one word
  ConnectionFlags connection;
};

// `words` are the words after "kubectl windlass". The last word may be typed in part.
CompletionLine ReadCompletionLine(const std::vector<std::string>& words);

Completion Complete(const CompletionLine& line, const CompletionSources& sources);

// Returns `completion` in cobra's format.
std::string CompletionText(const Completion& completion);

}  // namespace windlass::cli
