// The status of a custom resource as JSON, and the request that writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "controller/core/step.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"

namespace windlass::kind {

// Each returns null for an absent value, so that a merge patch removes the field. Absent are an
// empty text, a zero time and nullopt. The number 0 is not absent.
Json TextOrNull(std::string_view text);
Json TimeOrNull(WallTime time);
Json NumberOrNull(const std::optional<int64_t>& number);

// Returns the request that writes `status`: a merge patch of the status endpoint. The patch fails
// as a conflict if the object is no longer at the resourceVersion in `meta`. `status` must name
// every field, with null for an absent one, so that the API server removes it. Of `meta`, only uid
// and resourceVersion are sent: this endpoint ignores the rest.
Request WriteStatus(const ResourceId& resource, const ObjectMeta& meta, const Json& status);

// Returns `write`; nullopt if this sync has sent it already, whether it succeeded or failed.
// Otherwise the sync would repeat for ever a write of which the API server changes or drops a part.
std::optional<Step> UnlessSent(Write write, const Learned& learned);

// Returns
//   - Failed, if `write`, or the same call with another body, has failed in this sync. The write is
//     then retried later.
//   - `then`, if this sync has sent `write` and the write succeeded
//   - otherwise `write`
Step WriteOnce(Write write, const Learned& learned, Step then);

}  // namespace windlass::kind
