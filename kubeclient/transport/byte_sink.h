// Where the bytes of a response go, seen from the network thread that received them.
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
  kAll,      // give more
  kLater,    // read nothing from the socket until `resume` was called
  kRefused,  // no more is wanted: close the connection
};

class ByteSink {
 public:
  // Called exactly once after kLater, from any thread; `more` is false when no more is wanted.
  using Resume = std::function<void(bool more)>;

  virtual ~ByteSink() = default;

  // Network thread, never twice at once. After kLater `bytes` must stay readable until `resume`.
  virtual Taken Put(std::string_view bytes, Resume resume) = 0;
};

// The body of one reply, up to a limit. Network threads fill it; read after the exchange has ended.
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
