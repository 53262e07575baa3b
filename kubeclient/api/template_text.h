// Pod templates as text: extracting and comparing them. Needed rarely; all other code compares
// fingerprints (canonical.h).
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Returns spec.template of a Deployment or ReplicaSet as JSON text, without losing anything:
// unknown fields and empty objects, such as securityContext: {}, stay (D-780). The order of fields
// and the escapes may change. Returns kMalformed if `object_json` is not a JSON object or has no
// template.
Result<std::string> ExtractTemplate(std::string_view object_json);

// Returns spec.template byte for byte as the API server wrote it, with the same order of fields and
// the same escapes. Returns kMalformed if `object_json` is not a JSON object or has no template.
Result<std::string> RawTemplate(JsonReader& in, std::string_view object_json);

// Returns true if two templates differ only in form:
//   - a member that is null, empty, zero or false counts as absent; an element of a list does not
//   - texts that are quantities of the same value count as the same, in every field: cpu "1000m"
//     and "1", but also the values "1k" and "1000" of an environment variable
//   - label pod-template-hash is ignored
// Returns false if one of them is not a JSON object.
//
// This is looser than template equality (D-153) on purpose. It is for two templates that should be
// equal although their canonical forms differ: a workload's, and that of the ReplicaSet that an
// earlier controller published for the same generation. True then means that they are equal, and
// that our canonical form lacks a rule.
bool DifferAtMostInForm(std::string_view one_template, std::string_view other_template);

}  // namespace windlass
