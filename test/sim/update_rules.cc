#include "test/sim/update_rules.h"

#include <nlohmann/json.hpp>
#include <string>

namespace windlass::sim {

void CheckUpdateRules(Causes& causes, const Json& update) {
  const Json& spec = At(update, {"spec"});
  const auto has = [&](const char* field) { return !At(spec, {field}).is_null(); };
  const auto refuse = [&](bool wrong, const char* field, const Json& value, const char* why) {
    if (wrong) causes.push_back(InvalidValue(field, value, why));
  };
  const std::string name = NameOf(update);
  const std::string new_name = TextAt(spec, {"newName"});
  refuse(has("newName") && new_name == name, "spec.newName", new_name, "it is the same name");
  refuse(!has("newName") && name.size() > 220, "<nil>", nullptr, "the name is too long");
  refuse(has("image") && has("controller"), "spec", spec,
         "image and controller exclude each other");
  const bool says = has("image") || has("controller") || has("newName");
  refuse(!says && !BoolAt(spec, {"rollback"}), "spec", spec, "say what to update to");
  refuse(has("controller") && !has("newName"), "spec.newName", nullptr, "a name is needed");
  refuse(!has("image") && (has("container") || has("imagePullPolicy")), "spec", spec,
         "container and imagePullPolicy belong to image");
}

}  // namespace windlass::sim
