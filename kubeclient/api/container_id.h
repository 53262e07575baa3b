// The id that a runtime gives a container, "containerd://<64 hexadecimal digits>", in 40 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/api/symbol.h"

namespace windlass {

// containerd, CRI-O and Docker give each container 256 random bits, written as 64 hexadecimal
// digits. Such an id is kept as 32 bytes and the text before the digits, any other id as text.
// Two ids are equal if and only if their texts are equal.
class ContainerId {
 public:
  ContainerId() = default;  // the empty text: the container was never created
  // Interns the part before the digits, which is the same for all containers of a runtime.
  static ContainerId Parse(std::string_view text, SymbolTable& symbols);

  std::string ToString() const;
  bool empty() const { return text_.empty() && IsText(); }
  bool operator==(const ContainerId&) const = default;

 private:
  static constexpr size_t kBytes = 32;
  bool IsText() const { return digits_ == std::array<uint8_t, kBytes>{}; }

  Symbol text_;                           // the part before the digits, or the whole text (IsText)
  std::array<uint8_t, kBytes> digits_{};  // all zero: `text_` is the whole text
};

}  // namespace windlass
