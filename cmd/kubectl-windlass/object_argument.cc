#include "cmd/kubectl-windlass/object_argument.h"

#include <algorithm>
#include <string_view>

#include "cmd/kubectl-windlass/kind.h"

namespace windlass::cli {
namespace {

Error Usage(std::string text) { return {ErrorKind::kConfig, std::move(text)}; }

Error UnknownType(std::string_view word) {
  return Usage('"' + std::string(word) + "\" is not a type that kubectl windlass knows: write " +
               KindWords(KindsWith(CommandName::kGet)));
}

Result<ObjectArgument> ParseWithSlash(const std::string& argument) {
  const size_t slash = argument.find('/');
  const std::string_view type = std::string_view(argument).substr(0, slash);
  const std::string name = argument.substr(slash + 1);
  if (name.empty() || name.find('/') != std::string::npos) {
    return Usage('"' + argument + "\" must be TYPE/NAME, such as deployment/web");
  }
  const Kind* kind = KindOfWord(type);
  if (kind == nullptr) return UnknownType(type);
  return ObjectArgument{kind->resource, name};
}

}  // namespace

Result<std::vector<ObjectArgument>> ParseObjectArguments(
    const std::vector<std::string>& arguments) {
  std::vector<ObjectArgument> objects;
  if (arguments.empty()) return objects;
  if (std::ranges::find(arguments, "") != arguments.end()) {
    return Usage("an argument is empty: write the name of an object, such as deployment/web");
  }
  const bool slash = arguments[0].find('/') != std::string::npos;
  const Kind* type = slash ? nullptr : KindOfWord(arguments[0]);
  if (type != nullptr && arguments.size() == 1) {
    return std::vector{ObjectArgument{type->resource, ""}};
  }
  for (size_t i = type != nullptr ? 1 : 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const bool has_slash = argument.find('/') != std::string::npos;
    if (type != nullptr && has_slash) {
      return Usage("write TYPE NAME… or TYPE/NAME…, not both: \"" + arguments[0] + "\" and \"" +
                   argument + '"');
    }
    if (has_slash) {
      WINDLASS_TRY(ObjectArgument object, ParseWithSlash(argument));
      objects.push_back(std::move(object));
    } else {
      const bool bare = type == nullptr;
      objects.push_back({bare ? ResourceId{} : type->resource, argument, bare});
    }
  }
  return objects;
}

}  // namespace windlass::cli
