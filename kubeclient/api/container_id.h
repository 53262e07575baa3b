// The id of a running container, "containerd://<64 hexadecimal digits>", in 40 bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/api/symbol.h"

namespace windlass {

// containerd, CRI-O and Docker name containers by 256 random bits. Whatever else a runtime makes up
// is kept as text. Equal exactly when the texts are.
class ContainerId {
 public:
  ContainerId() = default;  // of a container that was never created: the empty text
  // Interns what stands before the digits: one text per runtime.
  static ContainerId Parse(std::string_view text, SymbolTable& symbols);

  std::string ToString() const;
  bool empty() const { return text_.empty() && IsText(); }
  bool operator==(const ContainerId&) const = default;

 private:
  static constexpr size_t kBytes = 32;
  bool IsText() const { return digits_ == std::array<uint8_t, kBytes>{}; }

  Symbol text_;                           // before the digits; all of it where there are none
  std::array<uint8_t, kBytes> digits_{};  // all zero: none
};

}  // namespace windlass
