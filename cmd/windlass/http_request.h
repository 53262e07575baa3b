// ParseRequest: what the operations ports read of an HTTP/1.1 request. These ports need the path of
// a GET and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace windlass {

// The longest request, up to the empty line that ends its header.
inline constexpr size_t kRequestBytesMax = 8192;

struct ParsedRequest {
  enum class Kind : uint8_t {
    kIncomplete,  // more bytes are needed
    kGet,
    kOtherMethod,
    kMalformed,  // no HTTP/1.x request
    kTooLong,    // above kRequestBytesMax
  };
  Kind kind = Kind::kIncomplete;
  std::string_view path;  // of a GET, without the query; points into `bytes`
};

// Reads the first request of `bytes`, everything that a client has sent so far.
ParsedRequest ParseRequest(std::string_view bytes);

}  // namespace windlass
