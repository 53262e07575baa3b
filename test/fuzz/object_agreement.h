// The properties of a decoded object, the same for all kinds.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/template_text.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/json_text.h"
#include "test/unit/api/reference_decoder.h"
#include "test/unit/controller/api/reference_decoder.h"

namespace windlass::fuzz {

// Sets `fingerprint` to that of the template in `text`. The reference decoder cannot give it: it
// writes the template anew, and may spell numbers in another way.
inline void TakeTemplate(Decoder& decoder, std::string_view text, Fingerprint& fingerprint) {
  const Result<std::string> raw = RawTemplate(decoder.reader(), text);
  if (!raw.ok()) return;  // there is no template: {}
  const Result<std::string> canonical = CanonicalTemplate(*raw);
  WL_ASSERT(canonical.ok());
  fingerprint = FingerprintOf(*canonical);
}

// Decoding the same text again has the same result. Its errors are kMalformed.
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

// A part that is read alone equals that part of the whole object.
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

// A text that every parser takes for JSON decodes as the reference decodes it. Other texts are not
// compared: a reader that skips what it does not need misses errors that a full reader finds.
template <typename T>
void CheckAgrees(Decoder& decoder, std::string_view text, const Result<T>& decoded,
                 const std::optional<T>& reference) {
  WL_ASSERT(decoded.ok() == reference.has_value());
  if (!decoded.ok()) return;
  WL_ASSERT(test::Same(*decoded, *reference));
  CheckParts(decoder, text, decoded->meta);
}

}  // namespace windlass::fuzz
