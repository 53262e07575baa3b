#include "cmd/kubectl-windlass/change.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/unobserved.h"

namespace windlass::cli {

std::variant<ExitCode, Changed> WriteChange(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide) {
  std::string uid;
  for (int tries = 1;; ++tries) {
    Result<Json> object =
        tries == 1 ? ReadWorkload(context, place) : ReadObject(context.session, place);
    if (!object.ok()) return Report(context.session, context.console, object.error());
    if (tries == 1) uid = TextOf(*object, "/metadata/uid");
    // The user meant the object that the first try has read. If the uid is another one now, that
    // object was deleted, and another one was created under the same name.
    if (TextOf(*object, "/metadata/uid") != uid) {
      return Refuse(context, place, "was deleted and created again meanwhile: try again");
    }
    std::variant<ExitCode, Change> decided = decide(*object);
    if (const auto* code = std::get_if<ExitCode>(&decided)) return *code;
    Change& change = std::get<Change>(decided);
    // kubectl's patch has neither uid nor resourceVersion.
    if (!IsLikeKubectl(place.resource)) {
      change.patch["metadata"]["uid"] = TextOf(*object, "/metadata/uid");
      change.patch["metadata"]["resourceVersion"] = TextOf(*object, "/metadata/resourceVersion");
    }
    Result<Json> patched = Patch(context, place, *object, change.patch);
    const bool again = !patched.ok() && patched.error().kind == ErrorKind::kConflict;
    if (again && tries < kWritesMax) continue;
    if (!patched.ok()) return Report(context.session, context.console, patched.error());
    context.console.Warning(change.warning);
    if (!change.done.empty()) PrintDone(context, place, *patched, change.done);
    return Changed{*std::move(object), *std::move(patched)};
  }
}

ExitCode ChangeWorkload(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide) {
  const auto changed = WriteChange(context, place, decide);
  const auto* code = std::get_if<ExitCode>(&changed);
  return code == nullptr ? ExitCode::kDone : *code;
}

}  // namespace windlass::cli
