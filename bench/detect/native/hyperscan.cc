// hyperscan measures Hyperscan, or Vectorscan where ENGINE says so, over a corpus: argv has the file of patterns, one a line, the corpus, and seconds.
#include <hs/hs.h>

#include "measure.h"

#ifndef ENGINE
#define ENGINE Hyperscan
#endif
#define NAME_OF(x) #x
#define NAME(x) NAME_OF(x)

static int count(unsigned, unsigned long long, unsigned long long, unsigned, void* n) {
  ++*static_cast<long*>(n);
  return 0;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::vector<std::string> patterns = lines(argv[1]);
  std::string corpus = contents(argv[2]);
  double seconds = atof(argv[3]);
  // Where a match begins must be known to change it. Without that Hyperscan is faster, and says only that there is one.
  for (unsigned flag : {unsigned(HS_FLAG_SOM_LEFTMOST), 0u}) {
    std::vector<const char*> expressions;
    std::vector<unsigned> flags, ids;
    for (size_t i = 0; i < patterns.size(); i++) {
      expressions.push_back(patterns[i].c_str());
      flags.push_back(flag);
      ids.push_back(i);
    }
    hs_database_t* db = nullptr;
    hs_compile_error_t* error = nullptr;
    hs_scratch_t* scratch = nullptr;
    if (hs_compile_multi(expressions.data(), flags.data(), ids.data(), patterns.size(), HS_MODE_BLOCK, nullptr, &db,
                         &error) != HS_SUCCESS) {
      fprintf(stderr, "hyperscan: pattern %d: %s\n", error->expression, error->message);
      return 1;
    }
    if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS) return 1;
    measure(flag ? NAME(ENGINE) ", with the start of matches" : NAME(ENGINE) ", ends of matches only", seconds, [&] {
      long n = 0;
      if (hs_scan(db, corpus.data(), corpus.size(), 0, scratch, count, &n) != HS_SUCCESS) exit(1);
      return n;
    });
    hs_free_scratch(scratch);
    hs_free_database(db);
  }
}
