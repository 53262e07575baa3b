// The text of a template's fingerprint in annotations: "t-" and 32 hexadecimal digits.
// The value of label pod-template-hash cannot take its place, because an in-place update changes
// the template of a ReplicaSet but not the label (P-027).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/canonical.h"

namespace windlass {

std::string TextOf(const Fingerprint& fingerprint);
// Returns only the digits.
std::string HexOf(const Fingerprint& fingerprint);

// Returns the fingerprint that `text` spells; nullopt if `text` is not a fingerprint. Accepts
// upper-case digits, too.
std::optional<Fingerprint> ParseFingerprint(std::string_view text);

}  // namespace windlass
