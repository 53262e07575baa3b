// The three patch formats of the API, applied to an object's JSON.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Returns the answer of 415 if the server takes no patch of this type for the resource, nullopt if
// it takes it. Custom resources take no strategic merge patch: no Go type says how their lists
// merge.
std::optional<ApiAnswer> CheckPatchType(const ApiResource& resource, std::string_view content_type);

// Returns the patched object, or the answer that refuses the patch:
// - 415 for an unknown `content_type`
// - 400 for a body that is not a patch
// - 422 for a patch that cannot be applied, for example because of a failed `test`
//
// Strategic merge knows the merge keys of the lists that Windlass and the kubelet change
// (ownerReferences, conditions, containers, …) and `$patch: delete`. It replaces other lists.
std::variant<Json, ApiAnswer> ApplyPatch(const Json& object, std::string_view content_type,
                                         std::string_view body);

}  // namespace windlass::sim
