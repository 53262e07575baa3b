// Fingerprints of templates as annotations have them: "t-" and 32 hexadecimal digits. They are kept
// instead of hash labels because a ReplicaSet's label does not follow its template (P-027).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/canonical.h"

namespace windlass::in_place {

std::string TextOf(const Fingerprint& fingerprint);

// nullopt for anything that TextOf does not write; digits may be in upper case.
std::optional<Fingerprint> ParseFingerprint(std::string_view text);

}  // namespace windlass::in_place
