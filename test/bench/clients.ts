// A program of its own: clients of a service. Some connections live long, each with its habit; beside them there is a new
// one each 5 ms, which ends when it has been greeted. It tells what came of them and judges none.

import { connect, type Socket } from 'node:net';
import { COUNT, HABITS, PATIENCE, PORT, STREAM, type Habit, type Told } from './service-plan.js';

/** Milliseconds. */
const NEW_EVERY = 5;
const ASK_EVERY = 50;

const host = process.argv[2] ?? '';
const tell = (told: Told): void => console.log(JSON.stringify(told));

function open(): void {
  const at = Date.now();
  const begin = performance.now();
  const connection = connect({ host, port: PORT });
  let isOver = false;
  const end = ({ isBroken }: { isBroken: boolean }): void => {
    connection.destroy();
    if (!isOver) tell({ kind: 'new', at, took: performance.now() - begin, isBroken });
    isOver = true;
  };
  const timer = setTimeout(() => end({ isBroken: false }), PATIENCE);
  connection.on('error', () => end({ isBroken: true }));
  connection.on('data', () => end({ isBroken: false }));
  connection.on('close', () => {
    clearTimeout(timer);
    end({ isBroken: true });
  });
}

async function stay(habit: Habit): Promise<void> {
  const connection = connect({ host, port: PORT });
  connection.on('error', () => undefined);
  connection.on('close', () => tell({ kind: 'ended', habit, at: Date.now() }));
  await new Promise((resolve) => connection.once('data', resolve));
  connection.resume();
  live(habit, connection);
}

function live(habit: Habit, connection: Socket): void {
  if (habit === 'receiving') connection.write(STREAM);
  if (habit !== 'active') return;
  const asking = setInterval(() => connection.write('ask\n'), ASK_EVERY);
  connection.on('close', () => clearInterval(asking));
}

await Promise.all(HABITS.flatMap((habit) => Array.from({ length: COUNT }, () => stay(habit))));
tell({ kind: 'ready' });
setInterval(open, NEW_EVERY);
