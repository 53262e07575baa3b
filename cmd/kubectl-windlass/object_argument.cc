#include "cmd/kubectl-windlass/object_argument.h"

#include <algorithm>
#include <cctype>

namespace windlass::cli {
namespace {

struct Word {
  std::string_view text;
  ResourceId resource;
};

constexpr Word kKindWords[] = {
    {"deployment", resources::kDeployments},
    {"deployments", resources::kDeployments},
    {"deploy", resources::kDeployments},
    {"deployment.apps", resources::kDeployments},
    {"deployments.apps", resources::kDeployments},
    {"rollout", resources::kRollouts},
    {"rollouts", resources::kRollouts},
    {"wro", resources::kRollouts},
    {"rollout.windlass.dev", resources::kRollouts},
    {"rollouts.windlass.dev", resources::kRollouts},
    {"replicationcontroller", resources::kReplicationControllers},
    {"replicationcontrollers", resources::kReplicationControllers},
    {"rc", resources::kReplicationControllers},
};

Error Usage(std::string text) { return {ErrorKind::kConfig, std::move(text)}; }

Error UnknownType(std::string_view word) {
  return Usage('"' + std::string(word) +
               "\" is no type that kubectl windlass knows: write deployment, rollout or "
               "replicationcontroller (rc)");
}

Result<ObjectArgument> ParseWithSlash(const std::string& argument) {
  const size_t slash = argument.find('/');
  const std::string_view type = std::string_view(argument).substr(0, slash);
  const std::string name = argument.substr(slash + 1);
  if (name.empty() || name.find('/') != std::string::npos) {
    return Usage('"' + argument + "\" must be TYPE/NAME, such as deployment/web");
  }
  const auto resource = ResourceOf(type);
  if (!resource) return UnknownType(type);
  return ObjectArgument{*resource, name};
}

}  // namespace

std::optional<ResourceId> ResourceOf(std::string_view word) {
  const auto* found = std::ranges::find(kKindWords, word, &Word::text);
  if (found == std::end(kKindWords)) return std::nullopt;
  return found->resource;
}

std::vector<std::string_view> ResourceWords() {
  return {"deployment", "rollout", "replicationcontroller"};
}

Result<std::vector<ObjectArgument>> ParseObjectArguments(
    const std::vector<std::string>& arguments) {
  std::vector<ObjectArgument> objects;
  if (arguments.empty()) return objects;
  const bool slash = arguments[0].find('/') != std::string::npos;
  const auto type = slash ? std::nullopt : ResourceOf(arguments[0]);
  if (type && arguments.size() == 1) return std::vector{ObjectArgument{*type, ""}};
  if (!slash && !type && arguments.size() > 1 &&
      std::ranges::none_of(arguments, [](const auto& a) { return a.find('/') != a.npos; })) {
    return UnknownType(arguments[0]);
  }
  for (size_t i = type ? 1 : 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool has_slash = argument.find('/') != std::string::npos;
    if (type && has_slash) {
      return Usage("write TYPE NAME… or TYPE/NAME…, not both: \"" + arguments[0] + "\" and \"" +
                   argument + '"');
    }
    if (has_slash) {
      WINDLASS_TRY(ObjectArgument object, ParseWithSlash(argument));
      objects.push_back(std::move(object));
    } else {
      objects.push_back({type.value_or(ResourceId{}), argument, /*bare=*/!type});
    }
  }
  return objects;
}

std::string KindWord(const ResourceId& resource) {
  std::string word(resource.kind);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

std::string ObjectName(const ResourceId& resource, std::string_view name) {
  std::string text = KindWord(resource);
  if (!resource.group.empty()) text += '.' + std::string(resource.group);
  return text + '/' + std::string(name);
}

std::string ShortName(const ResourceId& resource, std::string_view name) {
  const std::string word =
      resource == resources::kReplicationControllers ? "rc" : KindWord(resource);
  return word + '/' + std::string(name);
}

}  // namespace windlass::cli
