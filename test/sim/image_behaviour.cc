#include "test/sim/image_behaviour.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace windlass::sim {
namespace {

bool IsWordByte(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0 ||
         std::islower(static_cast<unsigned char>(c)) != 0;
}

// Reads "1.5s" at the start of `text`. Returns nullopt if the word goes on after it.
std::optional<Duration> TakeDuration(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit(stop, static_cast<size_t>(end - stop));
  size_t size = 0;
  while (size < unit.size() && IsWordByte(unit[size])) ++size;
  unit = unit.substr(0, size);
  const double in_ms = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60000 : 0;
  if (in_ms == 0) return std::nullopt;
  return milliseconds(static_cast<int64_t>(value * in_ms));
}

// Returns the duration after "<key>-" in the name, if the key is a word of its own.
std::optional<Duration> Timed(std::string_view name, std::string_view key) {
  const std::string prefix = std::string(key) + "-";
  for (size_t at = name.find(prefix); at != std::string_view::npos;
       at = name.find(prefix, at + 1)) {
    if (at > 0 && IsWordByte(name[at - 1])) continue;
    if (const auto duration = TakeDuration(name.substr(at + prefix.size()))) return duration;
  }
  return std::nullopt;
}

bool HasWord(std::string_view name, std::string_view word) {
  for (size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = at == 0 || !IsWordByte(name[at - 1]);
    const bool ends = end == name.size() || !IsWordByte(name[end]);
    if (begins && ends) return true;
  }
  return false;
}

// Returns the word after "digest-"; empty if there is none.
std::string_view DigestWord(std::string_view name) {
  static constexpr std::string_view kKey = "digest-";
  for (size_t at = name.find(kKey); at != std::string_view::npos; at = name.find(kKey, at + 1)) {
    if (at > 0 && IsWordByte(name[at - 1])) continue;
    std::string_view word = name.substr(at + kKey.size());
    size_t size = 0;
    while (size < word.size() && IsWordByte(word[size])) ++size;
    return word.substr(0, size);
  }
  return "";
}

}  // namespace

// Ignores the registry's host and the digest: the author of a manifest does not choose them.
ImageBehaviour BehaviourOf(std::string_view image) {
  std::string_view name = image.substr(0, image.find('@'));
  const size_t slash = name.find('/');
  if (slash != std::string_view::npos &&
      name.substr(0, slash).find_first_of(".:") != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  ImageBehaviour behaviour;
  behaviour.missing = HasWord(name, "missing") || HasWord(name, "404");
  behaviour.never_ready = HasWord(name, "never-ready");
  behaviour.pull = Timed(name, "slow-pull").value_or(Duration(0));
  behaviour.start = Timed(name, "slow-start").value_or(Duration(0));
  behaviour.ready = Timed(name, "slow-ready").value_or(Duration(0));
  behaviour.stop = Timed(name, "slow-stop").value_or(Duration(0));
  behaviour.crash = Timed(name, "crash");
  behaviour.exit = Timed(name, "exits");
  return behaviour;
}

std::string ImageIdOf(std::string_view image) {
  const size_t at = image.find('@');
  const std::string_view name = image.substr(0, at);
  const size_t slash = name.rfind('/');
  const size_t colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
  const std::string repository(name.substr(0, colon));
  if (at != std::string_view::npos) return repository + std::string(image.substr(at));
  const std::string_view word = DigestWord(name);
  return repository + "@sha256:" + DigitsOf(word.empty() ? name : word);
}

std::string DigitsOf(std::string_view text) {
  std::string digits;
  uint64_t hash = 14695981039346656037ULL;  // FNV-1a, continued from part to part
  for (int part = 0; part < 4; ++part) {
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
    std::array<char, 17> hex{};
    std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(hash));
    digits += hex.data();
    hash ^= static_cast<uint64_t>(part) + 1;
  }
  return digits;
}

}  // namespace windlass::sim
