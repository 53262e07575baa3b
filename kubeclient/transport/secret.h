// A token or private key: never printed, gone from memory when dropped.
//
// There is deliberately no operator<<, no conversion and no comparison; Reveal() marks the few
// places that need the text. Copies made by libraries (an HTTP header, an OpenSSL key) are out of
// reach.
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

  // Valid as long as this object is neither assigned to nor destroyed.
  std::string_view Reveal() const { return {bytes_.data(), bytes_.size()}; }
  bool empty() const { return bytes_.empty(); }

 private:
  void Wipe();

  std::vector<char> bytes_;  // never grows after construction, so no stale copy is left behind
};

// Overwrites the characters of a string that held a secret while a file was being read.
void WipeText(std::string& text);

}  // namespace windlass
