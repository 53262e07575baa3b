#include "cmd/kubectl-windlass/complete.h"

#include <algorithm>
#include <set>

#include "cmd/kubectl-windlass/kind.h"

namespace windlass::cli {
namespace {

// If `flag` is about the connection, such as --namespace or --context, stores its value in `to`.
// Ignores --insecure-skip-tls-verify, --request-timeout, and flags about anything else.
void NoteConnection(const std::string& flag, const std::string& value, ConnectionFlags& to) {
  if (flag == "-n" || flag == "--namespace") to.namespace_ = value;
  if (flag == "--context") to.context = value;
  if (flag == "--kubeconfig") to.kubeconfig = value;
  if (flag == "--cluster") to.cluster = value;
  if (flag == "--user") to.user = value;
  if (flag == "--as") to.as = value;
  if (flag == "--as-uid") to.as_uid = value;
  if (flag == "--as-group") to.as_groups.push_back(value);
}

Completion ValuesOf(const CompletionLine& line, const CompletionSources& sources) {
  Completion completion;
  std::vector<std::string> values;
  if (line.flag == "-n" || line.flag == "--namespace") {
    values = sources.namespaces();
  } else if (line.flag == "--context") {
    values = sources.contexts();
  } else if (line.flag == "-o" || line.flag == "--output") {
    values = {"json", "yaml", "name"};
  } else if (line.flag == "--dry-run") {
    values = {"none", "client", "server"};
  } else if (line.flag == "--to-revision" || line.flag == "--revision") {
    const auto objects = ParseObjectArguments(line.arguments);
    if (objects.ok() && !objects->empty()) values = sources.revisions(objects->front());
  } else if (line.flag == "--kubeconfig" || line.flag == "-f" || line.flag == "--filename") {
    completion.directive = Directive::kFiles;
  }
  for (const std::string& value : values) {
    if (value.starts_with(line.prefix)) {
      completion.candidates.push_back({line.before_value + value, ""});
    }
  }
  return completion;
}

void KeepMatching(const std::string& prefix, std::vector<Described> all, Completion& completion) {
  for (Described& one : all) {
    if (one.name.starts_with(prefix)) completion.candidates.push_back(std::move(one));
  }
}

// Returns the kinds of objects that the command accepts as arguments.
std::vector<const Kind*> KindsFor(const CompletionLine& line) {
  const std::optional<CommandName> command = CommandOf(line.command);
  if (!command) return {};
  if (*command != CommandName::kRollingUpdate) return KindsWith(*command);
  return {KindOf(resources::kReplicationControllers)};
}

bool Has(const std::vector<const Kind*>& kinds, const Kind* kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

// Completes an argument that names an object. The candidates depend on what the user has typed:
//   - "deployment/w": Deployments, for example "deployment/web"
//   - "w" after the argument "deployment": names of Deployments, for example "web"
//   - "w" without a type: names of objects of every kind that the command accepts
//   - "d" as first argument: also types of objects, for example "deployment". Exception: for
//     rolling-update, no types are offered
Completion Objects(const CompletionLine& line, const CompletionSources& sources) {
  Completion completion;
  const std::vector<const Kind*> kinds = KindsFor(line);
  std::vector<const Kind*> named = kinds;
  std::string before;
  const size_t slash = line.prefix.find('/');
  const Kind* first = line.arguments.empty() ? nullptr : KindOfWord(line.arguments[0]);
  if (slash != std::string::npos) {
    named = {KindOfWord(line.prefix.substr(0, slash))};
    before = line.prefix.substr(0, slash + 1);
  } else if (first != nullptr) {
    named = {first};
  } else if (line.arguments.empty() && line.command != "rolling-update") {
    for (const Kind* kind : kinds) {
      KeepMatching(line.prefix, {{std::string(kind->words.front()), "type of object"}}, completion);
    }
  }
  std::set<std::string> names;
  for (const Kind* kind : named) {
    if (!Has(kinds, kind)) continue;
    for (std::string& name : sources.names(kind->resource)) names.insert(std::move(name));
  }
  for (const std::string& name : names) {
    KeepMatching(line.prefix, {{before + name, ""}}, completion);
  }
  return completion;
}

}  // namespace

CompletionLine ReadCompletionLine(const std::vector<std::string>& words) {
  CompletionLine line;
  const size_t last = words.empty() ? 0 : words.size() - 1;
  for (size_t i = 0; i < last; ++i) {
    const std::string& word = words[i];
    if (!word.starts_with('-')) {
      if (line.command.empty()) {
        line.command = word;
      } else {
        line.arguments.push_back(word);
      }
      continue;
    }
    const size_t equals = word.find('=');
    if (equals != std::string::npos) {
      NoteConnection(word.substr(0, equals), word.substr(equals + 1), line.connection);
    } else if (TakesValue(line.command, word)) {
      if (i + 1 == last) {
        line.flag = word;
      } else {
        NoteConnection(word, words[++i], line.connection);
      }
    }
  }
  if (words.empty()) return line;
  line.prefix = words.back();
  const size_t equals = line.prefix.find('=');
  if (line.flag.empty() && line.prefix.starts_with("--") && equals != std::string::npos) {
    line.flag = line.prefix.substr(0, equals);
    line.before_value = line.prefix.substr(0, equals + 1);
    line.prefix = line.prefix.substr(equals + 1);
  }
  return line;
}

Completion Complete(const CompletionLine& line, const CompletionSources& sources) {
  if (!line.flag.empty()) return ValuesOf(line, sources);
  Completion completion;
  if (line.prefix.starts_with('-')) {
    KeepMatching(line.prefix, FlagsOf(line.command), completion);
    return completion;
  }
  if (line.command.empty()) {
    KeepMatching(line.prefix, Commands(), completion);
    return completion;
  }
  if (line.command == "completion") {
    KeepMatching(line.prefix, {{"bash", ""}, {"zsh", ""}, {"fish", ""}}, completion);
    return completion;
  }
  return Objects(line, sources);
}

std::string CompletionText(const Completion& completion) {
  std::string text;
  for (const Described& candidate : completion.candidates) {
    text += candidate.name;
    if (!candidate.text.empty()) text += '\t' + candidate.text;
    text += '\n';
  }
  return text + ':' + std::to_string(static_cast<int>(completion.directive)) + '\n';
}

}  // namespace windlass::cli
