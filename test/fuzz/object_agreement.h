// What must hold of one object, whichever kind it is decoded as.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/json_text.h"
#include "test/unit/api/reference_decoder.h"

namespace windlass::fuzz {

// What the template of `text` must be known by. The reference writes it anew, and may spell numbers
// in another way.
inline void TakeTemplate(Decoder& decoder, std::string_view text, Fingerprint& fingerprint) {
  const Result<std::string> raw = decoder.ExtractTemplate(text);
  if (!raw.ok()) return;  // none: {}
  const Result<std::string> canonical = CanonicalTemplate(*raw);
  WL_ASSERT(canonical.ok());
  fingerprint = FingerprintOf(*canonical);
}

// Decoding is a function of the text, and its errors are kMalformed.
template <typename T>
void CheckRepeatable(const Result<T>& decoded, const Result<T>& again) {
  WL_ASSERT(decoded.ok() == again.ok());
  if (decoded.ok()) {
    WL_ASSERT(test::Same(*decoded, *again));
  } else {
    WL_ASSERT(decoded.error().kind == ErrorKind::kMalformed);
    WL_ASSERT(decoded.error() == again.error());
  }
}

// What is read of a part alone is that part.
inline void CheckParts(Decoder& decoder, std::string_view text, const ObjectMeta& meta) {
  const Result<ObjectIdentity> identity = decoder.DecodeIdentity(text);
  WL_ASSERT(identity.ok());
  WL_ASSERT(identity->key == KeyOf(meta) && identity->uid == meta.uid);
  WL_ASSERT(identity->resource_version == meta.resource_version);
  const auto controller = decoder.DecodeController(text);
  WL_ASSERT(controller.ok());
  WL_ASSERT(controller->has_value() == (meta.ControllerRef() != nullptr));
  if (controller->has_value()) WL_ASSERT(**controller == *meta.ControllerRef());
}

// What is JSON to everybody decodes as the reference decodes it. (Of the rest a reader that skips
// what it does not need sees less than one that reads it.)
template <typename T>
void CheckAgrees(Decoder& decoder, std::string_view text, const Result<T>& decoded,
                 const std::optional<T>& reference) {
  WL_ASSERT(decoded.ok() == reference.has_value());
  if (!decoded.ok()) return;
  WL_ASSERT(test::Same(*decoded, *reference));
  CheckParts(decoder, text, decoded->meta);
}

}  // namespace windlass::fuzz
