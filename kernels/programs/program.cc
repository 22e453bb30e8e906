// Programs: read once, checked while they are read, then run as often as wanted.
#include "convolutions/convolution.h"
#include "loops/loop.h"
#include "products/multiply.h"
#include "programs/blocks.h"
#include "programs/control.h"
#include "programs/marks.h"
#include "programs/program.h"
#include "routines/along-axis.h"
#include "routines/copy.h"
#include "routines/indexing.h"
#include "routines/linear.h"
#include "routines/pooling.h"
#include "routines/random.h"
#include "routines/sorting.h"

namespace shapewise {
namespace SHAPEWISE_VARIANT {

Step *readStep(Reader &reader, const Extents &extents, int depth) {
  const i32 opcode = reader.choice(kOpcodes, "a step of an unknown kind");
  if (reader.failed()) return nullptr;
  switch (opcode) {
    case kLoop: return Loop::read(reader, extents);
    case kCopy: return Copy::read(reader, extents);
    case kDot: return Dot::read(reader, extents);
    case kConvolution: return readConvolution(reader, extents);
    case kPool: return Pool::read(reader, extents);
    case kIndexing: return Indexing::read(reader, extents);
    case kArgSort: return ArgSort::read(reader, extents);
    case kAlongAxis: return AlongAxis::read(reader, extents);
    case kLinear: return Linear::read(reader, extents);
    case kRandomBits: return RandomBits::read(reader, extents);
    case kBlocks:
      if (depth <= 0) return reader.refuse("steps are nested too deeply"), nullptr;
      return Blocks::read(reader, [&] { return readStep(reader, extents, depth - 1); });
    case kMark: return Mark::read(reader, extents);
    default: return readControl(opcode, reader, extents, depth);
  }
}

namespace {

constexpr i32 kMagic = 0x53485031;
constexpr int kMaxDepth = 32;

void *loadProgram(const int32_t *words, size_t count, const char **reason) {
  Reader reader = {words, static_cast<i64>(count)};
  reader.expect(reader.word() == kMagic, "this is not a program of this version");
  Program *program = Program::read(reader, kMaxDepth);
  if (!reader.failed() && reader.at != reader.count) reader.refuse("words are left over after the program");
  if (!reader.failed()) return program;
  *reason = reader.reason;
  if (program != nullptr) program->destroy();
  return nullptr;
}

void unloadProgram(void *program) { static_cast<Program *>(program)->destroy(); }

int runProgram(void *handle, const double *addresses, ShapewiseFailure *failure) {
  Program *program = static_cast<Program *>(handle);
  *failure = {};
  clock = {};
  char *arena = static_cast<char *>(shapewise_scratch(0, 4, program->totalBytes + 64));
  if (arena == nullptr) {
    failure->kind = kOutOfMemory;
    failure->first = static_cast<double>(program->totalBytes);
    return failure->kind;
  }
  for (i64 i = 0; i < program->pointers.count; i++)
    program->pointers[i] = reinterpret_cast<char *>(static_cast<uintptr_t>(addresses[i]));
  program->run(program->pointers.items, program->pointers.items + program->extents.inputs.count, arena, *failure);
  return failure->kind;
}

int arityOfProgram(void *handle) { return static_cast<int>(static_cast<Program *>(handle)->pointers.count); }

#define NAME_OF(variant) NAME_TEXT(variant)
#define NAME_TEXT(variant) #variant

}  // namespace

Library libraryOfVariant() {
  return {NAME_OF(SHAPEWISE_VARIANT), loadProgram, unloadProgram, runProgram, arityOfProgram};
}

}  // namespace SHAPEWISE_VARIANT
}  // namespace shapewise
