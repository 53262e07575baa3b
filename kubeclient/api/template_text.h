// Extracts and compares the texts of pod templates. Rarely needed, because all other code compares
// fingerprints (canonical.h).
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Returns spec.template of a Deployment or ReplicaSet as JSON text, without losing anything
// (D-780). Unknown fields and empty objects, such as securityContext: {}, stay. The order of fields
// and the escapes may change. Returns kMalformed if `object_json` is not a JSON object or has no
// template.
Result<std::string> ExtractTemplate(std::string_view object_json);

// Returns spec.template byte for byte as the API server wrote it, with the same order of fields and
// the same escapes. The text inside its braces is not validated. Returns kMalformed if
// `object_json` is not a JSON object or has no template.
Result<std::string> RawTemplate(JsonReader& in, std::string_view object_json);

// Returns true if two templates differ only in form:
//   - A member that is null, empty, zero or false counts as absent. An element of a list does not.
//   - Quantities of the same value count as the same in every field. Examples: cpu "1000m" and "1";
//     an environment variable "1k" and "1000".
//   - Label pod-template-hash is ignored.
// Returns false if one of them is not a JSON object.
//
// This is looser than template equality (D-153) on purpose, in case our canonical form lacks a
// rule. Example: an earlier controller made a ReplicaSet for the workload's present generation. The
// two templates have different canonical forms, so they would count as different. But if this
// function returns true, they count as equal, and the ReplicaSet is used.
bool DifferAtMostInForm(std::string_view one_template, std::string_view other_template);

}  // namespace windlass
