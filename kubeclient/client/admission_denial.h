// Denials by an admission webhook or a ValidatingAdmissionPolicy, which the API server answers with
// the same codes as its own refusals.
#pragma once

#include <string_view>

namespace windlass {

// Returns true if `message`, of an API server's Status, says that a webhook or a
// ValidatingAdmissionPolicy denied the request. Its author chooses the HTTP code, which then does
// not have its usual meaning: a webhook may answer 404 or 409, a policy 401 (its default is 422).
bool IsAdmissionDenial(std::string_view message);

}  // namespace windlass
