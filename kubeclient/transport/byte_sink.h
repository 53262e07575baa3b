// ByteSink: where the network thread puts the bytes of a response.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "kubeclient/base/answer_size.h"

namespace windlass {

enum class Taken : uint8_t {
  kAll,      // the sink took the bytes: put the next ones
  kLater,    // read nothing more from the socket until the sink calls `resume`
  kRefused,  // the sink wants no more bytes: close the connection
};

class ByteSink {
 public:
  // After kLater the sink calls `resume` exactly once, on any thread. `more` is true to ask for the
  // next bytes, and false to close the connection.
  using Resume = std::function<void(bool more)>;

  virtual ~ByteSink() = default;

  // Network thread; one call at a time. After kLater the caller keeps `bytes` readable until the
  // sink calls `resume`.
  virtual Taken Put(std::string_view bytes, Resume resume) = 0;
};

// Collects the body of one reply, up to `bytes_max`. The network thread fills it. Read it only
// after the exchange has ended.
class BodySink final : public ByteSink {
 public:
  explicit BodySink(size_t bytes_max = kBodyBytesMax) : bytes_max_(bytes_max) {}

  Taken Put(std::string_view bytes, Resume) override {
    if (bytes.size() > bytes_max_ - body_.size()) {
      too_large_ = true;
      return Taken::kRefused;
    }
    body_.append(bytes);
    return Taken::kAll;
  }

  bool too_large() const { return too_large_; }
  std::string Take() { return std::move(body_); }

 private:
  const size_t bytes_max_;
  std::string body_;
  bool too_large_ = false;
};

}  // namespace windlass
