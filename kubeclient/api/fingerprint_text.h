// The text of a template's fingerprint in annotations: "t-" and 32 hexadecimal digits. Annotations
// hold this text and not the value of the hash label, because a ReplicaSet's label does not change
// with its template (P-027).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/canonical.h"

namespace windlass {

std::string TextOf(const Fingerprint& fingerprint);

// Returns the fingerprint that `text` spells; nullopt if it spells none. Upper-case digits are
// accepted, too.
std::optional<Fingerprint> ParseFingerprint(std::string_view text);

}  // namespace windlass
