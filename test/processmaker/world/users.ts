import type { TokenName } from '../types';

export interface User {
  id: number;
  username: string;
  firstname: string;
  lastname: string;
  status: 'ACTIVE' | 'INACTIVE';
  timezone: string;
  administrator: boolean;
  permissions: string[];
}

/** The users of every instance. */
export const USERS: User[] = [
  {
    id: 1,
    username: 'admin',
    firstname: 'Admin',
    lastname: 'User',
    status: 'ACTIVE',
    timezone: 'America/Los_Angeles',
    administrator: true,
    permissions: [],
  },
  {
    id: 3,
    username: 'limited',
    firstname: 'Limited',
    lastname: 'Test',
    status: 'ACTIVE',
    timezone: 'UTC',
    administrator: false,
    permissions: [],
  },
  {
    id: 4,
    username: 'nobody',
    firstname: 'Nobody',
    lastname: 'Test',
    status: 'ACTIVE',
    timezone: 'UTC',
    administrator: false,
    permissions: [],
  },
  {
    id: 5,
    username: 'operator',
    firstname: 'Operator',
    lastname: 'Test',
    status: 'ACTIVE',
    timezone: 'UTC',
    administrator: false,
    permissions: [
      'edit-request_data',
      'view-all_requests',
      'view-processes',
      'view-screens',
      'view-signals',
      'view-users',
      'edit-task_data',
      'view-process-catalog',
    ],
  },
  {
    id: 6,
    username: 'inactiveuser',
    firstname: 'Inactive',
    lastname: 'Test',
    status: 'INACTIVE',
    timezone: 'UTC',
    administrator: false,
    permissions: [],
  },
];

/** The password with which a user signs in. */
export const passwordOf = (username: string): string => `${username}-password`;

/** Every token's text, its user, and why it may not work. */
export const TOKENS: Record<TokenName, { token: string; userId: number; revoked?: true; expired?: true }> = {
  admin: { token: 'admin-token-3f0c9a7d52b84e61', userId: 1 },
  limited: { token: 'limited-token-8b1e4c6f07d9423a', userId: 3 },
  nobody: { token: 'nobody-token-51d27ae9c3f8460b', userId: 4 },
  operator: { token: 'operator-token-c49e70b2d61f4385', userId: 5 },
  inactive: { token: 'inactive-token-a7f35d1892c04be6', userId: 6 },
  expired: { token: 'expired-token-2e96c8b04df1473a', userId: 3, expired: true },
  revoked: { token: 'revoked-token-d08b53f7a1e2496c', userId: 3, revoked: true },
};
