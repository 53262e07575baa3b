// Runs a fuzz target with any compiler: on every file that it is given, then on a number of
// mutations of the files, the same in every run. With clang, libfuzzer.cc replaces this file.
//
//   fuzz_targets NAME [--mutations=N] FILE|FOLDER…
//
// Writes an input that fails to standard error as a C string, for every kind of failure.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/random.h"
#include "test/fuzz/targets.h"
#include "test/support/draw.h"

// A finding of AddressSanitizer ends in OnAbort, like a failed assertion.
extern "C" const char* __asan_default_options();  // NOLINT: the name is given
const char* __asan_default_options() { return "abort_on_error=1"; }

namespace windlass::fuzz {
namespace {

constexpr size_t kInputBytesMax = 16384;

// Pieces of text that mean something to at least one parser.
constexpr std::array<std::string_view, 36> kPieces = {"{",           "}",
                                                      "[",           "]",
                                                      "\"",          ":",
                                                      ",",           "\\",
                                                      "\n",          "\r",
                                                      "null",        "true",
                                                      "{}",          "[]",
                                                      "\"\"",        "0",
                                                      "-1",          "1e400",
                                                      "1.5",         "2147483648",
                                                      "-2147483649", "9223372036854775808",
                                                      "\\u0000",     "\\ud800",
                                                      "\xC3\xA9",    "\xFF",
                                                      "25%",         "Ki",
                                                      "e3",          "Z",
                                                      "+23:59",      "- ",
                                                      "  ",          ": ",
                                                      "a: b\n",      "&a *a"};

Target::Check check = nullptr;
std::string current;  // the input of the current run

void Run() { check(current); }

void Write(std::string_view text) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

void OnAbort(int signal) {
  constexpr std::string_view kHex = "0123456789abcdef";
  Write("the input was: \"");
  for (const char c : current) {
    const auto byte = static_cast<unsigned char>(c);
    const std::array<char, 4> octal = {'\\', static_cast<char>('0' + (byte >> 6U)),
                                       kHex[byte >> 3U & 7U], kHex[byte & 7U]};
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    Write(plain ? std::string_view(&c, 1) : std::string_view(octal.data(), octal.size()));
  }
  Write("\"\n");
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

using Corpus = std::vector<std::string>;

void Read(const std::filesystem::path& path, Corpus& corpus) {
  if (std::filesystem::is_directory(path)) {
    std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(path), {});
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) Read(file, corpus);
    return;
  }
  std::ifstream file(path, std::ios::binary);
  corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

size_t Position(Random& random, size_t size) {
  return Below(random, static_cast<uint32_t>(size) + 1);
}

// Returns a random part of `text`, of up to 64 bytes.
std::string Part(Random& random, const std::string& text) {
  return text.substr(Position(random, text.size()), 1 + Below(random, 64));
}

void Mutate(Random& random, const Corpus& corpus, std::string& input) {
  const size_t at = Position(random, input.size());
  const std::string& other = corpus[Below(random, static_cast<uint32_t>(corpus.size()))];
  const std::string_view piece = kPieces[Below(random, kPieces.size())];
  switch (Below(random, 8)) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(Below(random, 256));
      break;
    case 1:
      if (at < input.size()) input[at] ^= static_cast<char>(1U << Below(random, 7));
      break;
    case 2: input.erase(at, 1 + Below(random, 4)); break;
    case 3: input.erase(at, 1 + Below(random, 64)); break;
    case 4: input.insert(at, piece); break;
    case 5: input.replace(at, std::min(piece.size(), input.size() - at), piece); break;
    case 6: input.insert(at, Part(random, input)); break;
    case 7: input.insert(at, Part(random, other)); break;
  }
  if (input.size() > kInputBytesMax) input.resize(kInputBytesMax);
}

void RunMutations(const Corpus& corpus, int64_t count) {
  Random random(1);
  for (int64_t i = 0; i < count; ++i) {
    current = corpus[Below(random, static_cast<uint32_t>(corpus.size()))];
    for (uint32_t changes = 1 + Below(random, 6); changes > 0; --changes) {
      Mutate(random, corpus, current);
    }
    Run();
  }
}

int Main(int argc, char** argv) {
  constexpr std::string_view kMutations = "--mutations=";
  check = FindTarget(argc > 1 ? argv[1] : "");
  int64_t mutations = 0;
  Corpus corpus;
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(kMutations)) {
      const char* const end = argument.data() + argument.size();
      std::from_chars(argument.data() + kMutations.size(), end, mutations);
    } else {
      Read(argument, corpus);
    }
  }
  if (corpus.empty()) return std::fputs("there is no input to run\n", stderr), 1;
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL}) std::signal(signal, &OnAbort);
  for (const std::string& input : corpus) {
    current = input;
    Run();
  }
  RunMutations(corpus, mutations);
  std::printf("%zu inputs and %lld mutations of them\n", corpus.size(),
              static_cast<long long>(mutations));
  return 0;
}

}  // namespace
}  // namespace windlass::fuzz

int main(int argc, char** argv) { return windlass::fuzz::Main(argc, argv); }
