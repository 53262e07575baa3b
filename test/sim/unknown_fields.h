// Fields that the API server does not know. It drops them, or refuses the request if that says
// fieldValidation=Strict.
//
// The model has no schema of the built-in kinds: a field whose name begins with "noSuch" is one
// that it does not know. The CRD tells the fields of Rollouts (crd_coerce.h).
#pragma once

#include <string>
#include <vector>

#include "test/sim/object.h"

namespace windlass::sim {

// Removes the fields that the server does not know from an object of a built-in kind. Returns their
// paths. Example: {"spec.containers[0].noSuchField"}.
std::vector<std::string> DropUnknownFields(Json& object);

// Returns the server's words for these fields. Example: "strict decoding error: unknown field
// \"spec.noSuchField\"".
std::string StrictDecodingError(const std::vector<std::string>& unknown);

}  // namespace windlass::sim
