// A token or private key: never printed, and wiped from memory when it is destroyed.
//
// A Secret has no operator<<, no conversion and no comparison, so that Reveal() marks the few
// places that need the text. We cannot wipe the copies that libraries make (an HTTP header, an
// OpenSSL key).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windlass {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : bytes_(text.begin(), text.end()) {}
  ~Secret() { Wipe(); }
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;

  // The view is valid until this object is assigned to, moved from or destroyed.
  std::string_view Reveal() const { return {bytes_.data(), bytes_.size()}; }
  bool empty() const { return bytes_.empty(); }

 private:
  void Wipe();

  std::vector<char> bytes_;  // never grows after construction: growing would leave a copy
};

// Overwrites the characters of `text` with zeros and empties it. For strings that held a secret
// while it was read or assembled.
void WipeText(std::string& text);

}  // namespace windlass
