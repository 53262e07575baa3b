// Pod templates as text: taken out of an object, compared. For the rare moments that
// need the whole template; everything else compares fingerprints (canonical.h).
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

// spec.template of a Deployment or ReplicaSet, with every field and empty object it has (D-780).
// Error kMalformed when `object_json` is no JSON object or has no template.
Result<std::string> ExtractTemplate(std::string_view object_json);

// Whether two templates can only differ in form: absent, null, empty, zero and false count as the
// same everywhere, and so do quantities of the same value; label pod-template-hash is not looked
// at.
//
// Looser than template equality (D-153) on purpose. It answers one question: is a difference that
// our canonical form sees between a Deployment and the ReplicaSet an earlier controller made for
// this very generation a change somebody made, or a gap in the canonical form? False for what is no
// JSON object.
bool DifferAtMostInForm(std::string_view one_template, std::string_view other_template);

}  // namespace windlass
