// How large an answer of the API server may be. A larger one is refused, so that no server can fill
// our memory.
#pragma once

#include <cstddef>

namespace windlass {

// One line of a stream: one event of a watch, with its object. An object in etcd has at most
// 1.5 MiB; as JSON, with managedFields, it is a few times as large.
inline constexpr size_t kLineBytesMax = size_t{8} << 20U;
// The body of a reply: one page of a list (500 objects), or one object. A list without a limit may
// be larger: it is then asked for in pages.
inline constexpr size_t kBodyBytesMax = size_t{64} << 20U;
// The body of a stream's answer that is not 2xx: a metav1.Status. One with all its causes fits many
// times.
inline constexpr size_t kErrorBodyBytesMax = size_t{64} << 10U;

}  // namespace windlass
