// re2 measures RE2 over a corpus: argv has the file of patterns, one a line, the corpus, and seconds.
#include <re2/re2.h>

#include <memory>

#include "measure.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::vector<std::string> patterns = lines(argv[1]);
  std::string corpus = contents(argv[2]);
  double seconds = atof(argv[3]);
  RE2::Options options(RE2::Latin1);
  options.set_max_mem(64 << 20);

  std::vector<std::unique_ptr<RE2>> all;
  std::string joined;
  for (const std::string& p : patterns) {
    all.push_back(std::make_unique<RE2>("(" + p + ")", options));
    if (!all.back()->ok()) return 1;
    joined += (joined.empty() ? "" : "|") + p;
  }
  RE2 combined("(" + joined + ")", options);
  if (!combined.ok()) return 1;

  auto scan = [&](const RE2& re) {
    re2::StringPiece rest(corpus), found;
    long n = 0;
    while (RE2::FindAndConsume(&rest, re, &found)) n++;
    return n;
  };
  measure("RE2 (C++), one by one", seconds, [&] {
    long n = 0;
    for (const auto& re : all) n += scan(*re);
    return n;
  });
  measure("RE2 (C++), one expression", seconds, [&] { return scan(combined); });
}
